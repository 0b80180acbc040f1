//! Clients of the gateway that are not browsers: one that tests can talk through, and many that make load.
//!
//! [`client`] speaks the protocol frame by frame and hides nothing. [`stage`] prepares a data folder with channels and agents,
//! [`process`] runs the real binary on it, to be killed at any moment; [`shop`] is all three with a visitor in it. [`history`] writes down what clients saw, and [`checker`]
//! tells whether that can have happened. [`caller`] is a client that keeps to the contract, [`crowd`] many of them; [`chaos`]
//! puts a bad network between them and a gateway that is killed, paused and restarted.

pub mod caller;
pub mod chaos;
pub mod checker;
pub mod client;
pub mod crowd;
pub mod history;
pub mod measure;
pub mod process;
pub mod shop;
pub mod stage;
