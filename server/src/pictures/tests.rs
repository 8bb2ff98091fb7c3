use super::*;
use image::{
    Delay, Frame, Rgb, RgbImage, Rgba, RgbaImage, codecs::gif::GifEncoder, metadata::Orientation,
};

const ORIENTATIONS: [Orientation; 8] = [
    Orientation::NoTransforms,
    Orientation::FlipHorizontal,
    Orientation::FlipVertical,
    Orientation::Rotate180,
    Orientation::Rotate90,
    Orientation::Rotate270,
    Orientation::Rotate90FlipH,
    Orientation::Rotate270FlipH,
];

/// Every pixel is another.
fn picture(width: u32, height: u32) -> RgbImage {
    let part = |at: u32, of: u32| u8::try_from(at * 255 / of).unwrap();
    RgbImage::from_fn(width, height, |x, y| Rgb([part(x, width), part(y, height), 7]))
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

#[test]
fn all_four_kinds_become_two_squares() {
    let wide = DynamicImage::from(picture(600, 300));
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
        let made = remake(&encoded(&wide, format), None).unwrap();
        assert_eq!(made.mime, "image/jpeg", "{format:?}");
        let (small, large) = (decoded(&made.small), decoded(&made.large));
        assert_eq!(
            (small.width(), small.height(), large.width(), large.height()),
            (64, 64, 256, 256)
        );
        // The middle: left of it is dark, right of it is light, and neither end is there.
        let red = |x| large.to_rgb8().get_pixel(x, 128).0[0];
        assert!((50..90).contains(&red(0)), "{format:?} {}", red(0));
        assert!((170..210).contains(&red(255)), "{format:?} {}", red(255));
    }
}

#[test]
fn what_one_sees_through_stays_so() {
    let clear = RgbaImage::from_pixel(80, 80, Rgba([9, 8, 7, 0]));
    let made = remake(&encoded(&clear.into(), ImageFormat::Png), None).unwrap();
    assert_eq!(made.mime, "image/png");
    assert_eq!(decoded(&made.large).to_rgba8().get_pixel(9, 9).0[3], 0);
}

#[test]
fn a_square_is_cut_where_it_is_seen_however_the_camera_was_held() {
    let raw = DynamicImage::from(picture(30, 20));
    for orientation in ORIENTATIONS {
        let mut seen = raw.clone();
        seen.apply_orientation(orientation);
        let wanted = Square { x: 3, y: 5, size: 11 };
        let expected = seen.crop_imm(3, 5, 11, 11);
        let Square { x, y, size } = square_of(&raw, orientation, Some(wanted)).unwrap();
        let mut cut = raw.crop_imm(x, y, size, size);
        cut.apply_orientation(orientation);
        assert_eq!(cut, expected, "{orientation:?}");
    }
    for (x, y, size) in [(0, 0, 0), (0, 0, 21), (20, 0, 11), (u32::MAX, 0, 2), (0, u32::MAX, 1)] {
        let wanted = Some(Square { x, y, size });
        let outside = square_of(&raw, Orientation::NoTransforms, wanted);
        assert_eq!(outside, Err(Refusal::Malformed), "{x} {y} {size}");
    }
}

/// A JPEG with an EXIF block that turns it, and says where it was taken.
fn photo() -> Vec<u8> {
    let jpeg = encoded(&picture(40, 20).into(), ImageFormat::Jpeg);
    // TIFF, big-endian: two entries, orientation 6 and a pointer to the GPS block, which names a
    // place in plain letters.
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02\x01\x12\0\x03\0\0\0\x01\0\x06\0\0".to_vec();
    tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0");
    tiff.extend(b"\0\x01\0\x01\0\x02\0\0\0\x0b\0\0\0\x38\0\0\0\0GPS-SECRET\0");
    let mut exif = b"Exif\0\0".to_vec();
    exif.extend(tiff);
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[test]
fn a_photo_is_turned_upright_and_forgets_where_it_was_taken() {
    let photo = photo();
    assert!(photo.windows(10).any(|it| it == b"GPS-SECRET"));
    let (_, orientation) = decode(&photo).unwrap();
    assert_eq!(orientation, Orientation::Rotate90);
    let made = remake(&photo, None).unwrap();
    for bytes in [&made.small, &made.large] {
        for mark in [&b"GPS"[..], b"Exif", b"SECRET"] {
            assert!(!bytes.windows(mark.len()).any(|it| it == mark));
        }
    }
    // Turned clockwise, the top is what was left: dark in red.
    let large = decoded(&made.large).to_rgb8();
    assert!(large.get_pixel(128, 10).0[0] < large.get_pixel(128, 245).0[0]);
}

#[test]
fn what_is_none_of_the_four_reaches_no_decoder() {
    let bmp: &[u8] = b"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x02\0\0\0\x02\0\0\0\x01\0\x18\0";
    let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    let html: &[u8] = b"<!doctype html><script>alert(1)</script>";
    let tiff: &[u8] = b"II*\0\x08\0\0\0\0\0\0\0";
    let avif: &[u8] = b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf";
    for bytes in [bmp, svg, html, tiff, avif, b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"]
    {
        assert_eq!(remake(bytes, None).err(), Some(Refusal::NotAPicture), "{bytes:?}");
    }
}

/// A PNG whose header claims a size.
fn png_of(width: u32, height: u32, rest: &[u8]) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    header.extend([8, 6, 0, 0, 0]);
    let crc = crc(&header).to_be_bytes();
    [&b"\x89PNG\r\n\x1a\n\0\0\0\x0d"[..], &header, &crc, rest].concat()
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |it, _| {
            if it & 1 == 1 { (it >> 1) ^ 0xedb8_8320 } else { it >> 1 }
        })
    })
}

#[test]
fn a_photo_of_a_large_camera_is_taken() {
    let photo = encoded(&picture(6_000, 4_000).into(), ImageFormat::Jpeg);
    let made = remake(&photo, None).unwrap();
    assert_eq!((made.mime, decoded(&made.large).width()), ("image/jpeg", 256));
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let real = encoded(&picture(64, 64).into(), ImageFormat::Png);
    let rest = &real[33..];
    assert_eq!(remake(&png_of(50_000, 50_000, rest), None).err(), Some(Refusal::TooLarge));
    // Fewer pixels than may be, and still more than the decoder may take.
    assert_eq!(remake(&png_of(6_000, 6_000, rest), None).err(), Some(Refusal::TooLarge));
    // A header that claims more or less than there is.
    for (width, height) in [(1_000, 1_000), (1, 1), (0, 64)] {
        let lying = remake(&png_of(width, height, rest), None);
        assert!(lying.is_err() || lying.is_ok_and(|it| it.large.len() < 300_000));
    }
    // A GIF that claims a screen of 65,535 pixels each way.
    let gif = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
    assert_eq!(remake(gif, None).err(), Some(Refusal::TooLarge));
}

#[test]
fn of_a_film_only_the_first_picture_is_looked_at() {
    let mut film = Vec::new();
    {
        let mut encoder = GifEncoder::new_with_speed(&mut film, 30);
        for n in 0..10_000_u32 {
            let shade = if n == 0 { 255 } else { 0 };
            let still = RgbaImage::from_pixel(2, 2, Rgba([shade, 0, 0, 255]));
            let delay = Delay::from_numer_denom_ms(10, 1);
            encoder.encode_frame(Frame::from_parts(still, 0, 0, delay)).unwrap();
        }
    }
    let made = remake(&film, None).unwrap();
    assert!(decoded(&made.large).to_rgb8().get_pixel(128, 128).0[0] > 200);
    // What follows the first may as well be missing.
    film.truncate(film.len() / 2);
    assert!(remake(&film, None).is_ok());
}
