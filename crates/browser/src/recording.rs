//! A sound that is being recorded from the microphone.
//!
//! Owns the microphone while it lives: dropped, it lets go of it, and the browser's own sign goes out.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    BlobEvent, File, FilePropertyBag, MediaRecorder, MediaRecorderOptions, MediaStream,
    MediaStreamConstraints, MediaStreamTrack, RecordingState,
};

use crate::{Listener, patience};

/// Plenty for speech: 240 KB a minute.
const BITS_PER_SECOND: u32 = 32_000;
/// A recorder that has not given its last piece by then will not.
const PATIENCE_MS: u64 = 5_000;
/// What browsers can make, the best known first, and the ending of its files.
const KINDS: [(&str, &str); 3] = [("audio/webm", "webm"), ("audio/mp4", "m4a"), ("audio/ogg", "ogg")];

/// A recording under way. Dropping it throws it away.
#[derive(Debug)]
#[must_use = "the recording is thrown away when this is dropped"]
pub struct Recording {
    stream: MediaStream,
    recorder: MediaRecorder,
    kind: (&'static str, &'static str),
    pieces: Rc<RefCell<Array>>,
    _listener: Listener,
}

/// Whether this page can record a sound of a type that `accepts` lets pass.
pub fn can_record(accepts: impl Fn(&str) -> bool) -> bool {
    kind_for(accepts).is_some()
}

fn kind_for(accepts: impl Fn(&str) -> bool) -> Option<(&'static str, &'static str)> {
    let window = web_sys::window()?;
    // Without TLS there is no microphone, and in old browsers no recorder.
    let has = |of: &JsValue, name: &str| Reflect::has(of, &name.into()).unwrap_or(false);
    if !has(&window, "MediaRecorder") || !has(&window.navigator(), "mediaDevices") {
        return None;
    }
    KINDS.into_iter().find(|(kind, _)| accepts(kind) && MediaRecorder::is_type_supported(kind))
}

impl Recording {
    /// Asks for the microphone and begins. None: the person, the page or the browser denies it.
    pub async fn begin(accepts: impl Fn(&str) -> bool) -> Option<Self> {
        let kind = kind_for(accepts)?;
        let wish = MediaStreamConstraints::new();
        wish.set_audio_bool(true);
        let devices = web_sys::window()?.navigator().media_devices().ok()?;
        let given = devices.get_user_media_with_constraints(&wish).ok()?;
        let stream: MediaStream = JsFuture::from(given).await.ok()?.dyn_into().ok()?;
        let begun = Self::record(&stream, kind);
        if begun.is_none() {
            let_go(&stream);
        }
        begun
    }

    fn record(stream: &MediaStream, kind: (&'static str, &'static str)) -> Option<Self> {
        let options = MediaRecorderOptions::new();
        options.set_mime_type(kind.0);
        options.set_audio_bits_per_second(BITS_PER_SECOND);
        let recorder =
            MediaRecorder::new_with_media_stream_and_media_recorder_options(stream, &options).ok()?;
        let pieces = Rc::new(RefCell::new(Array::new()));
        let heard = Rc::clone(&pieces);
        let listener = Listener::new(&recorder, "dataavailable", move |event| {
            if let Some(piece) = event.unchecked_into::<BlobEvent>().data() {
                heard.borrow().push(&piece);
            }
        });
        recorder.start().ok()?;
        Some(Self { stream: stream.clone(), recorder, kind, pieces, _listener: listener })
    }

    /// Hears nothing more, and keeps what it has.
    pub fn pause(&self) {
        // One that is paused or stopped already has no more to hear.
        let _ = self.recorder.pause();
    }

    /// Ends it, and gives what was recorded. None: there is nothing.
    pub async fn finish(self) -> Option<File> {
        if self.recorder.state() != RecordingState::Inactive {
            let recorder = &self.recorder;
            let mut ended = None;
            let stopped = patience::within(PATIENCE_MS, |yes, _| {
                let yes = yes.clone();
                ended = Some(Listener::new(recorder, "stop", move |_| {
                    let _ = yes.call0(&JsValue::NULL);
                }));
                let _ = recorder.stop();
            });
            stopped.await.ok()?;
        }
        let pieces = self.pieces.borrow().clone();
        let (media_type, ending) = self.kind;
        let options = FilePropertyBag::new();
        options.set_type(media_type);
        let name = format!("voice-message.{ending}");
        let file = File::new_with_blob_sequence_and_options(&pieces, &name, &options).ok()?;
        (file.size() > 0.0).then_some(file)
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let_go(&self.stream);
    }
}

fn let_go(stream: &MediaStream) {
    for track in stream.get_tracks() {
        if let Ok(track) = track.dyn_into::<MediaStreamTrack>() {
            track.stop();
        }
    }
}
