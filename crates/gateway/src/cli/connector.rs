//! `tieline connector check`: tries the servers of other platforms, and says what is wrong and what to do.
//!
//! To an XMPP server the trial signs in as the gateway. So it is for when no gateway runs; one that runs on this data folder is asked
//! instead. A homeserver can be tried beside it. Each platform has a file: [`xmpp`], [`matrix`].

mod matrix;
mod xmpp;

use std::{net::SocketAddr, process::ExitCode};

use super::{
    args::{self, Common},
    failure::Failure,
    finding::{self, Finding},
    place, running,
};
use crate::{config::Config, instance::TakeError};

pub(super) async fn run(common: &Common, command: &args::Connector) -> Result<ExitCode, Failure> {
    match command {
        args::Connector::Check => check(common).await,
    }
}

async fn check(common: &Common) -> Result<ExitCode, Failure> {
    let config = place::load_config(common, Vec::new())?;
    if config.xmpp.is_none() && config.matrix.is_none() {
        return Err(Failure::Usage(
            "no connector is configured: whoever answers has the desk\n  to set one up: docs/connectors"
                .into(),
        ));
    }
    // Held to the end: a gateway that starts meanwhile would be disturbed. Without a folder none has ever run on it.
    let alone = if config.data_dir.exists() { Some(place::try_alone(&config)?) } else { None };
    let findings = match &alone {
        Some(Err(TakeError::Taken(Some(address)))) => ask_gateway(&config, *address).await?,
        Some(Err(taken)) => return Err(place::not_alone(&config, taken)),
        Some(Ok(_)) | None => try_all(&config).await,
    };
    Ok(finding::report(common, &findings))
}

async fn try_all(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(server) = &config.xmpp {
        findings.extend(xmpp::check(server).await);
    }
    if let Some(homeserver) = &config.matrix {
        findings.extend(matrix::check(config, homeserver, false).await);
    }
    findings
}

/// What the gateway that runs can say without being disturbed, and what can be tried beside it.
async fn ask_gateway(config: &Config, address: SocketAddr) -> Result<Vec<Finding>, Failure> {
    const TO_TRY: &str = "to try all of it, stop the gateway and say `tieline connector check` again";
    let lines = running::standings(address).await?;
    let mut findings: Vec<_> = lines.iter().map(|line| of_standing(line)).collect();
    if config.xmpp.is_some() {
        let what = format!(
            "a gateway runs on this data folder, at {address}: a trial under its name would disturb it, so rooms and archive were not tried"
        );
        findings.push(Finding::warn(what, TO_TRY));
    }
    if let Some(homeserver) = &config.matrix {
        findings.extend(matrix::check(config, homeserver, true).await);
    }
    Ok(findings)
}

/// `xmpp: up`
fn of_standing(line: &str) -> Finding {
    let (platform, standing) = line.split_once(": ").unwrap_or((line, ""));
    match standing.split_once(": ") {
        Some(("down", why)) => {
            Finding::fail(format!("{platform}: the gateway is not connected: {why}"), "it goes on trying")
        }
        _ if standing == "up" => Finding::ok(format!("{platform}: the gateway is connected")),
        _ => Finding::warn(format!("{platform}: {standing}"), "ask again in a moment"),
    }
}

#[cfg(test)]
mod tests {
    use super::of_standing;

    #[test]
    fn the_lines_of_a_gateway_are_read() {
        for (line, told) in [
            ("xmpp: up", "xmpp: the gateway is connected"),
            ("xmpp: down: no line: why", "xmpp: the gateway is not connected: no line: why"),
            ("xmpp: dialling", "xmpp: dialling"),
        ] {
            assert!(format!("{:?}", of_standing(line)).contains(told), "{line}");
        }
    }
}
