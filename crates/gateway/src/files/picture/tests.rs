use image::{Rgb, RgbImage, Rgba, RgbaImage};

use super::*;

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut out = Vec::new();
    picture.write_with_encoder(PngEncoder::new(&mut out)).unwrap();
    out
}

/// Red on the left, blue on the right.
fn two_halves(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { Rgb([200, 0, 0]) } else { Rgb([0, 0, 200]) };
    RgbImage::from_fn(width, height, |x, _| colour(x)).into()
}

fn jpeg(picture: &DynamicImage) -> Vec<u8> {
    let mut out = Vec::new();
    picture.write_with_encoder(JpegEncoder::new_with_quality(&mut out, 90)).unwrap();
    out
}

/// An EXIF segment that says orientation 6 (turn right), behind the first marker of a JPEG, with a place in it.
fn with_exif(jpeg: &[u8], secret: &[u8]) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    tiff.extend_from_slice(secret);
    let length = u16::try_from(tiff.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &tiff, &jpeg[2..]].concat()
}

#[test]
fn a_photograph_stands_upright_and_tells_no_place() {
    let secret = b"GPS 47.3769 N 8.5417 E";
    let photograph = with_exif(&jpeg(&two_halves(80, 40)), secret);
    let made = remake("image/jpeg", &photograph).unwrap();
    assert_eq!((made.width, made.height, made.media_type), (40, 80, "image/jpeg"));
    assert!(!made.bytes.windows(secret.len()).any(|window| window == secret));
    assert!(!made.bytes.windows(4).any(|window| window == b"Exif"));
    let upright = image::load_from_memory(&made.bytes).unwrap().to_rgb8();
    let (top, bottom) = (upright.get_pixel(20, 5), upright.get_pixel(20, 75));
    assert!(top[0] > 150 && bottom[2] > 150, "turned to the right, the left is above: {top:?} {bottom:?}");
}

#[test]
fn what_hangs_behind_a_picture_stays_behind() {
    let tail = b"<script>alert(1)</script>PK\x03\x04";
    for (media_type, bytes) in
        [("image/png", png(&two_halves(8, 8))), ("image/jpeg", jpeg(&two_halves(8, 8)))]
    {
        let polyglot = [&bytes[..], tail].concat();
        let made = remake(media_type, &polyglot).unwrap();
        assert!(!made.bytes.windows(8).any(|window| window == b"<script>"), "{media_type}");
    }
    // A GIF that is a program as well: `GIF89a/*` opens a comment.
    let mut gif = Vec::new();
    let mut encoder = GifEncoder::new(&mut gif);
    encoder.encode_frame(image::Frame::new(two_halves(8, 8).to_rgba8())).unwrap();
    drop(encoder);
    gif.extend_from_slice(b"*/=1;alert(1)//");
    let made = remake("image/gif", &gif).unwrap();
    assert!(!made.bytes.windows(5).any(|window| window == b"alert"));
}

#[test]
fn a_header_of_a_hundred_thousand_by_a_hundred_thousand_is_refused_unread() {
    let mut bomb = png(&two_halves(8, 8));
    // Width and height stand behind the signature and the head of the first chunk; its checksum follows.
    bomb[16..20].copy_from_slice(&100_000_u32.to_be_bytes());
    bomb[20..24].copy_from_slice(&100_000_u32.to_be_bytes());
    let sum = crc(&bomb[12..29]).to_be_bytes();
    bomb[29..33].copy_from_slice(&sum);
    assert!(matches!(remake("image/png", &bomb), Err(FileError::TooLarge)));
}

#[test]
fn a_small_file_of_very_many_pixels_is_refused() {
    // 12,000 x 12,000 pixels of one colour: a few hundred kilobytes, half a gigabyte decoded.
    let flat = DynamicImage::from(image::GrayImage::new(12_000, 12_000));
    let bomb = png(&flat);
    assert!(bomb.len() < 1024 * 1024, "{}", bomb.len());
    assert!(matches!(remake("image/png", &bomb), Err(FileError::TooLarge)));
}

#[test]
fn what_is_no_picture_is_refused() {
    for (media_type, bytes) in [
        ("image/png", &b"\x89PNG\r\n\x1a\nno more"[..]),
        ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
        ("image/gif", b"GIF89a"),
        ("image/webp", b"RIFF\x04\0\0\0WEBP"),
        ("image/svg+xml", b"<svg/>"),
    ] {
        assert!(matches!(remake(media_type, bytes), Err(FileError::Kind)), "{media_type}");
    }
}

#[test]
fn a_thumbnail_has_the_shape_that_a_bubble_shows() {
    for (of, shown) in [
        ((4000, 200), (600, 200)),
        ((200, 4000), (200, 400)),
        ((1600, 1200), (1600, 1200)),
        ((1, 1), (1, 1)),
        ((5, 1), (3, 1)),
    ] {
        assert_eq!(shown_part(of.0, of.1), shown, "{of:?}");
    }
    let strip = remake("image/png", &png(&two_halves(4000, 200))).unwrap();
    let small = image::load_from_memory(&strip.thumbnail.unwrap().bytes).unwrap();
    assert_eq!((small.width(), small.height()), (600, 200));
    assert!(remake("image/png", &png(&two_halves(64, 64))).unwrap().thumbnail.is_none());
}

#[test]
fn a_webp_keeps_what_can_be_seen_through_and_becomes_a_jpeg_otherwise() {
    let mut glass = Vec::new();
    let clear = DynamicImage::from(RgbaImage::from_pixel(20, 10, Rgba([9, 9, 9, 40])));
    clear.write_with_encoder(WebPEncoder::new_lossless(&mut glass)).unwrap();
    assert_eq!(remake("image/webp", &glass).unwrap().media_type, "image/webp");
    let mut photograph = Vec::new();
    two_halves(20, 10).write_with_encoder(WebPEncoder::new_lossless(&mut photograph)).unwrap();
    let made = remake("image/webp", &photograph).unwrap();
    assert_eq!((made.media_type, made.width, made.height), ("image/jpeg", 20, 10));
}

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}
