//! A picture is decoded within limits, turned upright, and written anew.
//!
//! So what leaves here is picture and nothing else: no EXIF with the place where it was taken, no bytes behind its end, no
//! second file in its comments. The colour profile stays, if it is one of RGB: without it photographs lose their colours.

use std::io::Cursor;

use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{
        gif::{GifDecoder, GifEncoder, Repeat},
        jpeg::JpegEncoder,
        png::PngEncoder,
        webp::WebPEncoder,
    },
};

use super::FileError;

/// Widest and highest, in pixels.
const MOST_SIDE: u32 = 16_384;
/// Most pixels of one picture: as much as the largest cameras of telephones give by default, and 200 MB while it is decoded.
const MOST_PIXELS: u64 = 50_000_000;
/// Most pixels of all frames of an animation.
const MOST_MOVING_PIXELS: u64 = 100_000_000;
/// Most memory that a decoder may ask for.
const MOST_ALLOC: u64 = 256 * 1024 * 1024;
const JPEG_QUALITY: u8 = 88;
const THUMBNAIL_QUALITY: u8 = 80;
/// Colours of a frame are chosen quickly, at some cost to the picture.
const GIF_SPEED: i32 = 30;
/// Longer side of a thumbnail: twice what a bubble shows, for screens that have twice the pixels.
const THUMBNAIL_SIDE: u32 = 640;
/// A bubble shows no picture wider or narrower than that; the middle of it stands for the rest.
const WIDEST: (u32, u32) = (3, 1);
const NARROWEST: (u32, u32) = (1, 2);
/// A picture that is no larger on disk is its own thumbnail.
const SMALL_BYTES: usize = 48 * 1024;
/// Largest colour profile that is passed on.
const PROFILE_BYTES: usize = 256 * 1024;

/// A picture as it is read.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) thumbnail: Option<Thumbnail>,
}

/// The same in small.
#[derive(Debug)]
pub(super) struct Thumbnail {
    pub(super) bytes: Vec<u8>,
}

/// Decodes and writes anew. Takes a core for up to a second or two.
pub(super) fn remake(media_type: &str, bytes: &[u8]) -> Result<Picture, FileError> {
    let format = match media_type {
        "image/png" => ImageFormat::Png,
        "image/jpeg" => ImageFormat::Jpeg,
        "image/webp" => ImageFormat::WebP,
        "image/gif" => return remake_animation(bytes),
        _ => return Err(FileError::Kind),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_plain_rgb(profile));
    let orientation = decoder.orientation().map_err(refusal)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    picture.apply_orientation(orientation);
    let (media_type, bytes) = write(&picture, format, profile).map_err(refusal)?;
    let thumbnail = thumbnail_of(&picture, bytes.len()).map_err(refusal)?;
    Ok(Picture { media_type, bytes, width: picture.width(), height: picture.height(), thumbnail })
}

fn write(
    picture: &DynamicImage,
    format: ImageFormat,
    profile: Option<Vec<u8>>,
) -> Result<(&'static str, Vec<u8>), ImageError> {
    let mut out = Vec::new();
    match format {
        ImageFormat::Png => {
            let mut encoder = PngEncoder::new(&mut out);
            if let Some(profile) = profile {
                // A profile that does not fit is left out: colours suffer, the picture is there.
                let _ = encoder.set_icc_profile(profile);
            }
            picture.write_with_encoder(encoder)?;
            Ok(("image/png", out))
        }
        // There is no encoder of ours for WebP with losses. What can be seen through stays as it is; a photograph becomes a JPEG.
        ImageFormat::WebP if picture.color().has_alpha() => {
            DynamicImage::from(picture.to_rgba8()).write_with_encoder(WebPEncoder::new_lossless(&mut out))?;
            Ok(("image/webp", out))
        }
        _ => {
            let mut encoder = JpegEncoder::new_with_quality(&mut out, JPEG_QUALITY);
            if let Some(profile) = profile {
                let _ = encoder.set_icc_profile(profile);
            }
            DynamicImage::from(picture.to_rgb8()).write_with_encoder(encoder)?;
            Ok(("image/jpeg", out))
        }
    }
}

/// Frame by frame, so that it goes on moving.
fn remake_animation(bytes: &[u8]) -> Result<Picture, FileError> {
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(refusal)?;
    decoder.set_limits(limits()).map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    let pixels_each = u64::from(width) * u64::from(height);
    let (mut out, mut first, mut pixels) = (Vec::new(), None, 0);
    let mut encoder = GifEncoder::new_with_speed(&mut out, GIF_SPEED);
    encoder.set_repeat(Repeat::Infinite).map_err(refusal)?;
    for frame in decoder.into_frames() {
        let frame = frame.map_err(refusal)?;
        pixels += pixels_each;
        if pixels > MOST_MOVING_PIXELS {
            return Err(FileError::TooLarge);
        }
        first.get_or_insert_with(|| DynamicImage::from(frame.buffer().clone()));
        encoder.encode_frame(frame).map_err(refusal)?;
    }
    drop(encoder);
    let first = first.ok_or(FileError::Kind)?;
    let thumbnail = thumbnail_of(&first, out.len()).map_err(refusal)?;
    Ok(Picture { media_type: "image/gif", bytes: out, width, height, thumbnail })
}

/// The picture as a bubble shows it. None: it is small enough to be shown itself.
fn thumbnail_of(picture: &DynamicImage, bytes: usize) -> Result<Option<Thumbnail>, ImageError> {
    let (width, height) = (picture.width(), picture.height());
    let (shown_width, shown_height) = shown_part(width, height);
    let is_whole = (width, height) == (shown_width, shown_height);
    if is_whole && width.max(height) <= THUMBNAIL_SIDE && bytes <= SMALL_BYTES {
        return Ok(None);
    }
    let part =
        picture.crop_imm((width - shown_width) / 2, (height - shown_height) / 2, shown_width, shown_height);
    let small = if shown_width.max(shown_height) > THUMBNAIL_SIDE {
        part.thumbnail(THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    } else {
        part
    };
    let mut out = Vec::new();
    if small.color().has_alpha() {
        DynamicImage::from(small.to_rgba8()).write_with_encoder(PngEncoder::new(&mut out))?;
    } else {
        let encoder = JpegEncoder::new_with_quality(&mut out, THUMBNAIL_QUALITY);
        DynamicImage::from(small.to_rgb8()).write_with_encoder(encoder)?;
    }
    Ok(Some(Thumbnail { bytes: out }))
}

/// Width and height of the middle that a bubble shows.
fn shown_part(width: u32, height: u32) -> (u32, u32) {
    let most = |side: u32, (of, to): (u32, u32)| (u64::from(side) * u64::from(of) / u64::from(to)).max(1);
    let widest = most(height, WIDEST).min(u64::from(width));
    let highest = most(width, (NARROWEST.1, NARROWEST.0)).min(u64::from(height));
    (u32::try_from(widest).unwrap_or(width), u32::try_from(highest).unwrap_or(height))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_ALLOC);
    limits
}

/// Before a single pixel is decoded.
fn check_size(width: u32, height: u32) -> Result<(), FileError> {
    let is_within = width <= MOST_SIDE
        && height <= MOST_SIDE
        && u64::from(width) * u64::from(height) <= MOST_PIXELS
        && width > 0
        && height > 0;
    if is_within { Ok(()) } else { Err(FileError::TooLarge) }
}

fn refusal(error: ImageError) -> FileError {
    match error {
        ImageError::Limits(_) => FileError::TooLarge,
        _ => FileError::Kind,
    }
}

/// A profile of another colour space than the pixels have now would falsify them.
fn is_plain_rgb(profile: &[u8]) -> bool {
    profile.len() <= PROFILE_BYTES && profile.get(16..20) == Some(b"RGB ")
}

#[cfg(test)]
mod tests;
