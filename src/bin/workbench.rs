//! The program of the dev loop (`index.html`, `trunk serve`): what the library exports, and nothing of its own.

use tieline_widget as _;

fn main() {}
