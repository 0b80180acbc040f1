//! The words of the command line, and their help.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use tieline_protocol::SessionId;

use crate::{auth, config::KEYS};

/// Tieline: a chat session in any web page, tied to the people who answer.
#[derive(Debug, Parser)]
#[command(name = "tieline", version, arg_required_else_help = true, after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) common: Common,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tieline serve                                  start on http://localhost:7070
  tieline channel create --name 'Alpine Shop' --origin https://shop.example --agent mia
  tieline desk invite --agent mia                a link with which Mia signs in, once
  tieline backup chats.db                        a copy, while the gateway runs
  tieline doctor                                 what is wrong, and what to do";

/// Before or after any command.
#[derive(Clone, Debug, Default, ClapArgs)]
pub(super) struct Common {
    /// Configuration file [default: $TIELINE_CONFIG, else tieline.toml if it is there]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Folder of the keys and the store [default: tieline-data]
    #[arg(long, global = true, value_name = "FOLDER")]
    pub(super) data_dir: Option<PathBuf>,
    /// Answer in JSON, for scripts
    #[arg(long, global = true)]
    pub(super) json: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run the gateway
    Serve(Serve),
    /// Register web pages that may hold the chat
    #[command(subcommand)]
    Channel(Channel),
    /// Add, retire and revoke the keys with which a shop's backend vouches for its users
    #[command(subcommand)]
    Key(Key),
    /// Take back what a shop's backend vouched for
    #[command(subcommand)]
    User(User),
    /// Let people sign in at the desk
    #[command(subcommand)]
    Desk(Desk),
    /// Tie the gateway to a Matrix homeserver
    #[command(subcommand)]
    Matrix(Matrix),
    /// Copy the store into a new file, while the gateway runs
    Backup {
        /// The copy; must not be there yet
        file: PathBuf,
    },
    /// Put a copy in the store's place, while the gateway does not run
    Restore {
        /// What `tieline backup` made
        file: PathBuf,
    },
    /// Declare the clients' copies of sessions void, so that they are read anew
    #[command(subcommand)]
    Epoch(Epoch),
    /// Servers of other platforms, where the merchant's people answer
    #[command(subcommand)]
    Connector(Connector),
    /// Check configuration, folders, store, port and clock, and say what to do
    Doctor,
}

#[derive(Debug, ClapArgs)]
#[command(after_long_help = config_help())]
pub(super) struct Serve {
    /// Address and port to listen on [default: 127.0.0.1:7070]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(super) listen: Option<String>,
    /// The origin under which browsers reach the gateway [default: http://localhost:<port>]
    #[arg(long, value_name = "URL")]
    pub(super) public_url: Option<String>,
    /// Read the web files from this folder of `cargo xtask dist` instead of the binary
    #[arg(long, value_name = "FOLDER")]
    pub(super) assets_dir: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Channel {
    /// Register a channel and print the tag to paste
    #[command(
        after_help = "Example:\n  tieline channel create --name 'Alpine Shop' --origin https://shop.example \\\n      --recipient default=mia,leo --recipient returns=leo --public-key shop.pub.pem"
    )]
    Create(Box<Create>),
    /// List all channels
    List,
    /// Show one channel, its keys and its tag
    Show {
        /// The channel's id, ch_...
        channel: String,
    },
    /// Choose how a channel's chat behaves; sockets that are open learn of it within a second
    #[command(
        after_help = "Examples:\n  tieline channel set ch_... rating=false answer_time=30\n  tieline channel set ch_... 'quick_questions=[\"Is it in stock?\"]'\n  tieline channel set ch_... hours=@hours.json\n  tieline channel set ch_... hours=null          back to the default",
        after_long_help = settings_help()
    )]
    Set {
        /// The channel's id, ch_...
        channel: String,
        /// A key and its value in JSON, or @FILE that holds it; a word that is no JSON is a text
        #[arg(value_name = "KEY=VALUE", required = true)]
        settings: Vec<String>,
    },
    /// Switch a channel off: its sockets close within a second, and nobody comes in
    Close {
        /// The channel's id, ch_...
        channel: String,
    },
    /// Switch a closed channel on again
    Open {
        /// The channel's id, ch_...
        channel: String,
    },
}

#[derive(Debug, ClapArgs)]
pub(super) struct Create {
    /// The shop's name, as visitors see it
    #[arg(long)]
    pub(super) name: String,
    /// A page's origin, such as https://shop.example; may be repeated
    #[arg(long = "origin", value_name = "ORIGIN", required = true)]
    pub(super) origins: Vec<String>,
    /// Who answers, by sign-in name; may be repeated. Short for --recipient default=NAME
    #[arg(long = "agent", value_name = "NAME")]
    pub(super) agents: Vec<String>,
    /// Who answers under a name that pages can ask for (data-tieline-to); may be repeated
    #[arg(long = "recipient", value_name = "NAME=AGENT,AGENT")]
    pub(super) recipients: Vec<String>,
    /// What the channel may do; may be repeated [default: all]
    #[arg(long = "capability", value_name = "NAME")]
    pub(super) capabilities: Vec<String>,
    /// First words in an empty chat
    #[arg(long)]
    pub(super) greeting: Option<String>,
    /// Colour of the launcher, such as #00aa77
    #[arg(long)]
    pub(super) accent: Option<String>,
    /// For how many seconds people can edit and delete what they said; 0: not at all [default: 900]
    #[arg(long, value_name = "SECONDS")]
    pub(super) edit_secs: Option<u32>,
    /// A setting, as in `tieline channel set`; may be repeated
    #[arg(long = "setting", value_name = "KEY=VALUE")]
    pub(super) settings: Vec<String>,
    /// Public key of the shop's backend, in PEM: Ed25519, or P-256 with --alg ES256
    #[arg(long, value_name = "FILE")]
    pub(super) public_key: Option<PathBuf>,
    /// EdDSA or ES256, for --public-key
    #[arg(long, value_name = "ALG", requires = "public_key")]
    pub(super) alg: Option<String>,
    /// Make a shared secret (HS256) and show it, once
    #[arg(long)]
    pub(super) new_secret: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// Add a key
    #[command(
        after_help = "Examples:\n  tieline key add ch_... --kid 2026-11 --public-key shop.pub.pem\n  tieline key add ch_... --new-secret"
    )]
    Add(KeyAdd),
    /// Let a key run out: its tokens hold their time, a day at most
    Retire(KeyName),
    /// End a key now: nothing that it signed holds any more
    Revoke(KeyName),
}

#[derive(Debug, ClapArgs)]
pub(super) struct KeyAdd {
    /// The channel's id, ch_...
    pub(super) channel: String,
    /// The key's name in the tokens [default: made up]
    #[arg(long)]
    pub(super) kid: Option<String>,
    /// Public key in PEM
    #[arg(long, value_name = "FILE", required_unless_present = "new_secret", conflicts_with = "new_secret")]
    pub(super) public_key: Option<PathBuf>,
    /// EdDSA (default) or ES256
    #[arg(long, value_name = "ALG", conflicts_with = "new_secret")]
    pub(super) alg: Option<String>,
    /// Make a shared secret (HS256) and show it, once
    #[arg(long)]
    pub(super) new_secret: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct KeyName {
    /// The channel's id, ch_...
    pub(super) channel: String,
    /// The key's name
    pub(super) kid: String,
}

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// End what was issued for one user until now: tokens, and the sockets that are open
    Revoke {
        /// The channel's id, ch_...
        channel: String,
        /// The shop's own id for the user: the `sub` of their tokens
        subject: String,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Desk {
    /// Make a sign-in link for an agent; it works once, for a day
    Invite {
        /// The agent's sign-in name; made if there is none
        #[arg(long, value_name = "NAME")]
        agent: String,
        /// The name that visitors see
        #[arg(long, value_name = "NAME")]
        name: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Matrix {
    /// Print the registration that the homeserver is to read; the same each time
    #[command(
        after_help = "Example:\n  tieline matrix registration --file tieline.yaml\n\nIt bears the tokens of both sides: keep it from others. Name it in the homeserver's configuration\n(Synapse: app_service_config_files), and restart the homeserver."
    )]
    Registration {
        /// Write it there, for the operator alone, instead of printing it
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(super) enum Connector {
    /// Talk to the servers that the configuration names, and say what is wrong and what to do
    Check,
}

#[derive(Debug, Subcommand)]
pub(super) enum Epoch {
    /// Give sessions a new epoch, after the store was changed by other means than Tieline's
    Bump {
        /// Only this session [default: all]
        #[arg(long, value_name = "ID")]
        session: Option<SessionId>,
    },
}

fn settings_help() -> String {
    let lines = auth::settings::KEYS.iter().map(|key| format!("  {:<16} {}\n", key.name, key.allowed));
    std::iter::once("Settings:\n".to_owned()).chain(lines).collect()
}

fn config_help() -> String {
    let mut text =
        "Configuration, as keys of tieline.toml (or variables such as TIELINE_LIMITS_BURST):\n".to_owned();
    for key in KEYS {
        text.push_str(&format!("  {:<28} {} [{}]\n", key.name, key.about, key.default));
    }
    text
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_words_are_sound() {
        super::Args::command().debug_assert();
    }
}
