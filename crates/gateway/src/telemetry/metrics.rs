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

    /// All of it, as OpenMetrics text.
    pub fn render(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = text::encode(&mut text, &self.registry);
        text
    }
}
