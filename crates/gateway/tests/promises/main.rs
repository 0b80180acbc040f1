//! The delivery promises of `docs/promises.md` against the real binary, as a process of its own behind a bad network.
//!
//! Each test has its promise's number in its name and prints its figures. Here runs a share of each, small enough for every
//! test run; a variable such as `P3_SENDS` makes it as large as one likes, for a run by hand.

mod chaos;
mod p03_doubles;
mod p04_order;
mod p05_typed_order;
mod p08_silence;
mod p09_deploy;
mod p10_storm;
mod p14_hostile;
mod scene;
