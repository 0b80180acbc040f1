//! Counters, gauges and histograms, and their text for Prometheus.

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

/// An error code or close code, as a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Code {
    /// Its stable name or number.
    pub code: String,
}

/// A connector, as a label.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Connector {
    /// Its platform.
    pub connector: String,
}

/// A connector and a way through it, as labels.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Carried {
    /// Its platform.
    pub connector: String,
    /// `in` or `out`, as the gateway sees it.
    pub way: String,
}

/// One gateway's numbers.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Open sockets.
    pub connections: Gauge,
    /// Sockets that said a valid hello, so far.
    pub welcomes: Counter,
    /// Frames received.
    pub frames_in: Counter,
    /// Frames queued for sending.
    pub frames_out: Counter,
    /// Entries that the log took.
    pub entries: Counter,
    /// Drafts that the log had already.
    pub duplicates: Counter,
    /// Files taken.
    pub files: Counter,
    /// Bytes of the files taken, as they are read.
    pub file_bytes: Counter,
    /// Seconds from a `send` frame to its commit.
    pub append_seconds: Histogram,
    /// Changes that shared one commit.
    pub commit_changes: Histogram,
    /// Seconds of one commit, the disk's part included.
    pub commit_seconds: Histogram,
    /// `err` frames, by code.
    pub refusals: Family<Code, Counter>,
    /// Closes by the gateway, by code.
    pub closes: Family<Code, Counter>,
    /// Whether each connector has its line.
    pub connectors_up: Family<Connector, Gauge>,
    /// Entries that connectors have carried.
    pub connector_entries: Family<Carried, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tieline");
        let latency = || Histogram::new(exponential_buckets(0.000_25, 2.0, 16));
        let metrics = Self {
            connections: Gauge::default(),
            welcomes: Counter::default(),
            frames_in: Counter::default(),
            frames_out: Counter::default(),
            entries: Counter::default(),
            duplicates: Counter::default(),
            files: Counter::default(),
            file_bytes: Counter::default(),
            append_seconds: latency(),
            commit_changes: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            commit_seconds: latency(),
            refusals: Family::default(),
            closes: Family::default(),
            connectors_up: Family::default(),
            connector_entries: Family::default(),
            registry: Registry::default(),
        };
        registry.register("connections", "Open sockets", metrics.connections.clone());
        registry.register("welcomes", "Valid hellos", metrics.welcomes.clone());
        registry.register("frames_in", "Frames received", metrics.frames_in.clone());
        registry.register("frames_out", "Frames sent", metrics.frames_out.clone());
        registry.register("entries", "Entries that the log took", metrics.entries.clone());
        registry.register("duplicates", "Drafts that the log had already", metrics.duplicates.clone());
        registry.register("files", "Files taken", metrics.files.clone());
        registry.register("file_bytes", "Bytes of the files taken", metrics.file_bytes.clone());
        registry.register(
            "append_seconds",
            "From a send frame to its commit",
            metrics.append_seconds.clone(),
        );
        registry.register("commit_changes", "Changes in one commit", metrics.commit_changes.clone());
        registry.register("commit_seconds", "One commit", metrics.commit_seconds.clone());
        registry.register("refusals", "err frames by code", metrics.refusals.clone());
        registry.register("closes", "Closes by the gateway, by code", metrics.closes.clone());
        registry.register("connector_up", "1 while a connector has its line", metrics.connectors_up.clone());
        registry.register(
            "connector_entries",
            "Entries carried, by connector and way",
            metrics.connector_entries.clone(),
        );
        Self { registry, ..metrics }
    }
}

impl Metrics {
    /// Counts a refusal.
    pub fn refused(&self, code: tieline_protocol::ErrorCode) {
        self.refusals.get_or_create(&Code { code: code.name().to_owned() }).inc();
    }

    /// Counts a close by us.
    pub fn closed(&self, code: tieline_protocol::CloseCode) {
        self.closes.get_or_create(&Code { code: code.0.to_string() }).inc();
    }

    /// Whether a connector has its line.
    pub fn connector_up(&self, connector: &str) -> Gauge {
        self.connectors_up.get_or_create(&Connector { connector: connector.to_owned() }).clone()
    }

    /// Entries that a connector has carried that way.
    pub fn carried(&self, connector: &str, way: &str) -> Counter {
        let carried = Carried { connector: connector.to_owned(), way: way.to_owned() };
        self.connector_entries.get_or_create(&carried).clone()
    }

    /// All of it, as OpenMetrics text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}
