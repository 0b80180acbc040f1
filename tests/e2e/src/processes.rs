//! The processes below one of ours.

use std::collections::HashSet;

use anyhow::{Context as _, Result};

/// Kills everything that descends from a process with SIGKILL, in one go. The process itself stays.
///
/// # Errors
/// When `/proc` cannot be read.
pub(crate) fn kill_descendants(of: u32) -> Result<()> {
    let parents = parents()?;
    let mut doomed = HashSet::from([of]);
    // Children have been seen with smaller numbers than their parents, so once through the list is not enough.
    loop {
        let before = doomed.len();
        let found: Vec<_> =
            parents.iter().filter(|(_, parent)| doomed.contains(parent)).map(|(id, _)| *id).collect();
        doomed.extend(found);
        if doomed.len() == before {
            break;
        }
    }
    doomed.remove(&of);
    let mut kill = std::process::Command::new("kill");
    kill.arg("-9").args(doomed.iter().map(u32::to_string));
    // Some may have ended by themselves meanwhile; the rest is killed all the same.
    kill.stderr(std::process::Stdio::null()).status().context("running kill")?;
    Ok(())
}

/// Every process with its parent.
fn parents() -> Result<Vec<(u32, u32)>> {
    let mut parents = Vec::new();
    for entry in std::fs::read_dir("/proc").context("reading /proc")? {
        let Some(id) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // Gone since the folder was listed: then it needs no killing.
        let Ok(stat) = std::fs::read_to_string(format!("/proc/{id}/stat")) else { continue };
        // `pid (name) state parent ...`; a name may hold spaces and parentheses.
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
        parents.extend(parent.map(|parent| (id, parent)));
    }
    Ok(parents)
}
