//! Brotli and gzip beside each file, as small as they go: done once here, so that no gateway does it per request.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use brotli::enc::BrotliEncoderParams;

/// The most that either can do.
const BROTLI_QUALITY: i32 = 11;
const GZIP_QUALITY: u32 = 9;

/// Writes `name.br` and `name.gz` beside every file of the folder, on all cores.
pub(super) fn beside(folder: &Path, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
    std::thread::scope(|scope| {
        let jobs: Vec<_> = files
            .iter()
            .map(|(path, content)| scope.spawn(move || write(&folder.join(path), content)))
            .collect();
        jobs.into_iter()
            .try_for_each(|job| job.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

fn write(file: &Path, content: &[u8]) -> Result<()> {
    let mut name = file.as_os_str().to_owned();
    name.push(".br");
    std::fs::write(&name, brotli(content)?).with_context(|| format!("writing {}", file.display()))?;
    let mut name = file.as_os_str().to_owned();
    name.push(".gz");
    std::fs::write(&name, gzip(content)?).with_context(|| format!("writing {}", file.display()))
}

/// The bytes that a browser with brotli receives.
pub(crate) fn brotli(content: &[u8]) -> Result<Vec<u8>> {
    let params =
        BrotliEncoderParams { quality: BROTLI_QUALITY, size_hint: content.len(), ..Default::default() };
    let mut out = Vec::new();
    brotli::BrotliCompress(&mut &*content, &mut out, &params)?;
    Ok(out)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_QUALITY));
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}
