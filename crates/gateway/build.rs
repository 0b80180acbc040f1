//! Tells cargo that a release binary holds the web files: `cargo xtask dist` gives them new names, and a build that was done
//! before would keep the old ones. A debug binary reads the folder when it runs and needs no building again.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=../../target/tieline-dist/manifest.json");
    }
}
