//! The gateway on a real homeserver, with a client of the merchant's that is not ours: each row of the mapping, both ways.

mod chaos;
mod check;
mod cuts;
mod features;
mod hostile;
mod kinds;
mod world;
