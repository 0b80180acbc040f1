//! profanity: a client for the terminal, used as a person uses it. Keys go in, and what stands on the screen is read.
//!
//! The terminal is tmux, on a socket in a folder of its own. A screen tells nobody that it has changed, so it is asked again and
//! again, up to a deadline: the one place here where that is so.

use std::fs;
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use tokio::process::{Child, Command};

use crate::place::{Place, run};
use crate::wait::{PATIENCE, until};
use crate::xmpp_server::XmppServer;

/// Wide enough that no line is broken.
const COLUMNS: &str = "160";
const ROWS: &str = "40";

/// Somebody's profanity. It ends with the value.
pub struct Profanity {
    place: Place,
    /// The terminal. In the foreground, so that it ends with a test that is ended from outside, and profanity with it.
    _terminal: Child,
}

impl Profanity {
    /// Starts it with an account, and returns once that is signed in.
    ///
    /// # Errors
    /// When it is not installed, or the server does not let it in; with its screen.
    pub async fn sign_in(server: &XmppServer, address: &str, password: &str) -> Result<Self> {
        let place = Place::new()?;
        write_settings(&place, server, address, password)?;
        let mut terminal = tmux(&place);
        terminal.args(["-f", "/dev/null", "-u", "-D"]).env("LANG", "C.UTF-8").env("HOME", place.path(""));
        for (name, folder) in [("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data")] {
            terminal.env(name, place.path(folder));
        }
        terminal.stdin(Stdio::null()).kill_on_drop(true);
        let terminal = terminal.spawn().context("starting tmux")?;
        until("tmux", PATIENCE, async || Ok(place.path("tmux").exists().then_some(()))).await?;
        let mut open = tmux(&place);
        open.args(["-u", "new-session", "-d", "-x", COLUMNS, "-y", ROWS, "profanity", "--account", address]);
        run(&mut open).await?;
        let profanity = Self { place, _terminal: terminal };
        profanity.shows("logged in successfully").await?;
        Ok(profanity)
    }

    /// Types a line and presses Enter.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub async fn enter(&self, line: &str) -> Result<()> {
        run(tmux(&self.place).args(["send-keys", "-l", "--", line])).await?;
        run(tmux(&self.place).args(["send-keys", "Enter"])).await.map(drop)
    }

    /// The screen, as text.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub async fn screen(&self) -> Result<String> {
        run(tmux(&self.place).args(["capture-pane", "-p"])).await
    }

    /// Waits until these words are on the screen. Gives all of it.
    ///
    /// # Errors
    /// After 30 seconds, with the screen.
    pub async fn shows(&self, words: &str) -> Result<String> {
        self.shows_such(words, |screen| screen.contains(words).then(|| screen.to_owned())).await
    }

    /// Waits until something can be read off the screen.
    ///
    /// # Errors
    /// After 30 seconds, with the screen.
    pub async fn shows_such<T>(&self, what: &str, read: impl Fn(&str) -> Option<T>) -> Result<T> {
        match until(what, PATIENCE, async || Ok(read(&self.screen().await?))).await {
            Ok(found) => Ok(found),
            Err(error) => bail!("{error:#}; the screen:\n{}", self.screen().await?),
        }
    }
}

fn tmux(place: &Place) -> Command {
    let mut command = Command::new("tmux");
    // A tmux around us is not ours to talk to.
    command.env_remove("TMUX").arg("-S").arg(place.path("tmux"));
    command
}

/// What `/account` and its kin would write. The server's certificate is its own, and known to nobody.
fn write_settings(place: &Place, server: &XmppServer, address: &str, password: &str) -> Result<()> {
    let account = format!(
        "[{address}]\nenabled=true\njid={address}\npassword={password}\nserver=127.0.0.1\nport={}\ntls.policy=trust\nmuc.nick={}\n",
        server.client_port(),
        address.split('@').next().unwrap_or_default()
    );
    // The whole width for what is said, and corrections, which are off by default.
    let settings =
        "[connection]\ncorrection.allow=true\n\n[ui]\nsplash=false\nroster=false\noccupants=false\n";
    for (folder, file, text) in [("data", "accounts", account.as_str()), ("config", "profrc", settings)] {
        let folder = place.path(folder).join("profanity");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(file), text)?;
    }
    Ok(())
}
