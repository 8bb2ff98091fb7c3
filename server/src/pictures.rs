//! Pictures of users: what comes is looked at, decoded within limits, cut to a square and written
//! anew, so that nothing of the file is kept but what one sees.

use crate::store::NewPicture;
use app::protocol::{limits::PICTURE_PIXELS_MAX, refusal::Refusal};
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
    imageops::FilterType,
    metadata::Orientation,
};
use std::{io::Cursor, sync::Arc};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
};

/// Both sizes, in pixels.
const SMALL: u32 = 64;
const LARGE: u32 = 256;
/// A decoder may take so much memory for the pixels: enough for a photo of as many as there may be,
/// in three colours. Only one picture is decoded at a time, so that this is all that is ever taken.
const DECODER_BYTES_MAX: u64 = PICTURE_PIXELS_MAX * 3;
/// How much of a picture survives as JPEG, of 100.
const JPEG_QUALITY: u8 = 88;
/// Pictures on their way in at a time; each may take as many bytes as a picture may have.
const BODIES_MAX: usize = 8;
/// The pause for those above.
const BUSY_MS: u32 = 5_000;

/// A square of a picture, in its pixels as it is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Square {
    pub(crate) x: u32,
    pub(crate) y: u32,
    pub(crate) size: u32,
}

/// Takes pictures in, a few at a time, and decodes one at a time.
#[derive(Clone, Debug)]
pub(crate) struct Pictures {
    bodies: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

impl Default for Pictures {
    fn default() -> Self {
        let (bodies, turn) = (Semaphore::new(BODIES_MAX), Semaphore::new(1));
        Self { bodies: Arc::new(bodies), turn: Arc::new(turn) }
    }
}

impl Pictures {
    /// A place for a picture that is about to be read.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let busy = |_| Refusal::Busy { retry_after_ms: BUSY_MS };
        self.bodies.clone().try_acquire_owned().map_err(busy)
    }

    /// The picture as it is kept; of the whole, the square in its middle.
    pub(crate) async fn remake<B>(
        &self,
        bytes: B,
        square: Option<Square>,
    ) -> Result<NewPicture, Refusal>
    where
        B: AsRef<[u8]> + Send + 'static,
    {
        let turn = self.turn.clone().acquire_owned().await.map_err(|_| Refusal::Internal)?;
        let remade = spawn_blocking(move || {
            // Held until the work is done, also where nobody waits for it any more.
            let _turn = turn;
            remake(bytes.as_ref(), square)
        });
        remade.await.unwrap_or_else(|error| {
            tracing::error!(%error, "decoding a picture panicked");
            Err(Refusal::NotAPicture)
        })
    }
}

/// On this very thread.
fn remake(bytes: &[u8], square: Option<Square>) -> Result<NewPicture, Refusal> {
    let (picture, orientation) = decode(bytes)?;
    let square = square_of(&picture, orientation, square)?;
    let cut = picture.crop_imm(square.x, square.y, square.size, square.size);
    drop(picture);
    // Far fewer pixels are wanted: the mean of each group of them is as good, and soon done.
    let mut large = if square.size >= 2 * LARGE {
        cut.thumbnail_exact(LARGE, LARGE)
    } else {
        cut.resize_exact(LARGE, LARGE, FilterType::Lanczos3)
    };
    large.apply_orientation(orientation);
    let small = large.resize_exact(SMALL, SMALL, FilterType::Lanczos3);
    let rgba = large.to_rgba8();
    if rgba.pixels().all(|it| it.0[3] == u8::MAX) {
        Ok(NewPicture { mime: "image/jpeg", small: jpeg(&small)?, large: jpeg(&large)? })
    } else {
        Ok(NewPicture { mime: "image/png", small: png(&small)?, large: png(&large)? })
    }
}

/// Decodes what is one of the four kinds by its content, whatever it is called; of a film the
/// first picture.
fn decode(bytes: &[u8]) -> Result<(DynamicImage, Orientation), Refusal> {
    let format = image::guess_format(bytes).map_err(|_| Refusal::NotAPicture)?;
    if !matches!(
        format,
        ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif | ImageFormat::WebP
    ) {
        return Err(Refusal::NotAPicture);
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODER_BYTES_MAX);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(refused)?;
    // By the header alone, before there is a single pixel.
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > PICTURE_PIXELS_MAX {
        return Err(Refusal::TooLarge);
    }
    limits.reserve(decoder.total_bytes()).map_err(refused)?;
    decoder.set_limits(limits).map_err(refused)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok((picture, orientation))
}

fn refused(error: ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooLarge,
        _ => Refusal::NotAPicture,
    }
}

/// The square in the pixels of the file, which lie as the camera was held.
fn square_of(
    picture: &DynamicImage,
    orientation: Orientation,
    wanted: Option<Square>,
) -> Result<Square, Refusal> {
    let (wide, high) = (picture.width(), picture.height());
    let Some(Square { x, y, size }) = wanted else {
        let size = wide.min(high);
        return Ok(Square { x: (wide - size) / 2, y: (high - size) / 2, size });
    };
    let is_turned = matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    );
    let (width, height) = if is_turned { (high, wide) } else { (wide, high) };
    let fits = |at: u32, length: u32| at.checked_add(size).is_some_and(|end| end <= length);
    if size == 0 || !fits(x, width) || !fits(y, height) {
        return Err(Refusal::Malformed);
    }
    let (x, y) = match orientation {
        Orientation::NoTransforms => (x, y),
        Orientation::FlipHorizontal => (wide - x - size, y),
        Orientation::FlipVertical => (x, high - y - size),
        Orientation::Rotate180 => (wide - x - size, high - y - size),
        Orientation::Rotate90 => (y, high - x - size),
        Orientation::Rotate270 => (wide - y - size, x),
        Orientation::Rotate90FlipH => (y, x),
        Orientation::Rotate270FlipH => (wide - y - size, high - x - size),
    };
    Ok(Square { x, y, size })
}

fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
    written(picture.to_rgb8().write_with_encoder(encoder), bytes)
}

fn png(picture: &DynamicImage) -> Result<Vec<u8>, Refusal> {
    let mut bytes = Vec::new();
    written(picture.to_rgba8().write_with_encoder(PngEncoder::new(&mut bytes)), bytes)
}

fn written(done: Result<(), ImageError>, bytes: Vec<u8>) -> Result<Vec<u8>, Refusal> {
    done.map(|()| bytes).map_err(|error| {
        tracing::error!(%error, "a picture cannot be written");
        Refusal::Internal
    })
}

#[cfg(test)]
mod tests;
