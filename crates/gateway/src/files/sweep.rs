//! What was announced and never came, what came and was never said, and what no row knows, goes.

use std::{
    fs, io,
    time::{Duration, SystemTime},
};

use tieline_protocol::Millis;
use tokio::time::MissedTickBehavior;

use super::{FileError, Files, offer::TICKET_LIFE, receive::PARTIAL, rows, thumbnail_of};
use crate::{app::AppState, clock};

/// Between two sweeps.
const EVERY: Duration = Duration::from_secs(10 * 60);
/// A ticket's life, and as long again for bytes that were on their way when it ended.
const ANNOUNCED_FOR: Millis = Millis(2 * TICKET_LIFE.0);
/// A draft that is a day old is not sent unasked. Another day for whoever is asked.
const UNSAID_FOR: Millis = Millis::minutes(2 * 24 * 60);
/// A file in the folder is younger than that while its upload runs.
const ORPHANED_FOR: Duration = Duration::from_millis(ANNOUNCED_FOR.0);

impl Files {
    /// Sweeps once. Gives how many files went from the folder.
    ///
    /// # Errors
    /// When the store or the folder fails. What was not swept is met by the next sweep.
    pub async fn sweep(&self, now: Millis) -> Result<usize, FileError> {
        let (announced, stored) =
            (Millis(now.0.saturating_sub(ANNOUNCED_FOR.0)), Millis(now.0.saturating_sub(UNSAID_FOR.0)));
        // The rows first: a row whose file is gone would be a promise that cannot be kept.
        let unsaid = self.inner.store.write(move |db| rows::remove_stale(db, announced, stored)).await?;
        let mut gone = 0;
        for name in unsaid {
            gone += usize::from(remove(&self.path_of(&name))?);
            remove(&self.path_of(&thumbnail_of(&name)))?;
        }
        for name in self.old_names()? {
            let whole = name.strip_suffix(".small").unwrap_or(&name).to_owned();
            let is_orphan = name.starts_with(PARTIAL)
                || !self.inner.store.read(move |db| rows::is_known(db, &whole)).await?;
            if is_orphan {
                gone += usize::from(remove(&self.path_of(&name))?);
            }
        }
        Ok(gone)
    }

    /// What lies in the folder for longer than any upload takes.
    fn old_names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(&self.inner.folder)? {
            let file = file?;
            let age = file.metadata().and_then(|about| about.modified());
            let age = age.map(|at| SystemTime::now().duration_since(at).unwrap_or_default());
            // Gone since it was listed: then it is nobody's business.
            if age.is_ok_and(|age| age > ORPHANED_FOR) {
                names.extend(file.file_name().into_string().ok());
            }
        }
        Ok(names)
    }
}

impl AppState {
    /// Sweeps again and again, for as long as it is polled.
    pub(crate) async fn sweep_files(self) {
        let mut ticks = tokio::time::interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            match self.files.sweep(clock::now()).await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(files = gone, "swept what nobody said"),
                Err(error) => tracing::warn!(error.what = %error, "the folder of files could not be swept"),
            }
        }
    }
}

fn remove(path: &std::path::Path) -> io::Result<bool> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        removed => removed.map(|()| true),
    }
}
