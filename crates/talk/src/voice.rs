//! A voice message: recorded in place of the composer, and then given like any other file.
//!
//! The microphone is asked for when the button is pressed, and let go of however this ends.

use tieline_browser::{
    Timer, clock,
    focus::focus,
    recording::{Recording, can_record},
};
use tieline_session::screen::Accepts;
use web_sys::{Element, File, KeyboardEvent};
use yew::{Callback, Component, Context, Html, NodeRef, Properties, html};

use crate::{icon, words::Words};

/// Nobody speaks for longer into a chat, and it stays far below any limit of files.
const LONGEST_SECS: u64 = 300;

/// Properties of [`VoiceBar`].
#[derive(Clone, PartialEq, Properties)]
pub struct VoiceProps {
    /// Texts.
    pub words: &'static Words,
    /// What can be given.
    pub accepts: Accepts,
    /// Takes what was recorded.
    pub on_files: Callback<Vec<File>>,
    /// It was sent, or is not wanted.
    pub on_close: Callback<()>,
}

/// Whether a voice message can be recorded and given here.
pub(crate) fn is_open(accepts: &Accepts) -> bool {
    can_record(|kind| accepts.types.contains(&kind))
}

/// Entry from the table of parts.
pub(crate) fn voice(props: VoiceProps) -> Html {
    html! { <VoiceBar ..props /> }
}

/// What stands over the composer while it is recorded.
#[derive(Debug)]
pub struct VoiceBar {
    bar: NodeRef,
    close: NodeRef,
    send: NodeRef,
    wants_focus: bool,
    state: VoiceState,
    seconds: u64,
    timer: Timer,
    /// What cannot be reached meanwhile: it lies under the bar.
    covered: Vec<Element>,
}

/// How far it is.
#[derive(Debug)]
enum VoiceState {
    /// The browser asks the person.
    Asking,
    Recording(Recording, u64),
    /// The recorder gives its last piece.
    Ending,
    Denied,
}

/// What happens to it.
#[derive(Debug)]
pub enum VoiceEvent {
    /// The microphone is there, or is denied.
    Begun(Option<Recording>),
    /// Time has passed.
    Tick,
    /// It is to be sent.
    Send,
    /// It is not wanted.
    Close,
    /// What was recorded.
    Recorded(Option<File>),
}

impl Component for VoiceBar {
    type Message = VoiceEvent;
    type Properties = VoiceProps;

    fn create(ctx: &Context<Self>) -> Self {
        let types = ctx.props().accepts.types.clone();
        ctx.link().send_future(async move {
            VoiceEvent::Begun(Recording::begin(|kind| types.contains(&kind)).await)
        });
        let link = ctx.link().clone();
        Self {
            bar: NodeRef::default(),
            close: NodeRef::default(),
            send: NodeRef::default(),
            wants_focus: true,
            state: VoiceState::Asking,
            seconds: 0,
            timer: Timer::new(move || link.send_message(VoiceEvent::Tick)),
            covered: Vec::new(),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, event: VoiceEvent) -> bool {
        match event {
            VoiceEvent::Begun(Some(recording)) => {
                self.state = VoiceState::Recording(recording, clock::now_ms());
                self.timer.arm(Some(1000));
            }
            VoiceEvent::Begun(None) | VoiceEvent::Recorded(None) => {
                // The button that had the focus goes.
                (self.state, self.wants_focus) = (VoiceState::Denied, true);
            }
            VoiceEvent::Tick => {
                let VoiceState::Recording(recording, since) = &self.state else { return false };
                self.seconds = (clock::now_ms().saturating_sub(*since) / 1000).min(LONGEST_SECS);
                if self.seconds < LONGEST_SECS {
                    self.timer.arm(Some(1000));
                } else {
                    recording.pause();
                }
            }
            VoiceEvent::Send => {
                match std::mem::replace(&mut self.state, VoiceState::Ending) {
                    VoiceState::Recording(recording, _) => {
                        ctx.link().send_future(async { VoiceEvent::Recorded(recording.finish().await) });
                    }
                    other => self.state = other,
                }
                return false;
            }
            VoiceEvent::Close => {
                self.uncover();
                ctx.props().on_close.emit(());
                return false;
            }
            VoiceEvent::Recorded(Some(file)) => {
                ctx.props().on_files.emit(vec![file]);
                self.uncover();
                ctx.props().on_close.emit(());
                return false;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let (words, link) = (ctx.props().words, ctx.link());
        let on_key = link.batch_callback(|event: KeyboardEvent| {
            let is_escape = event.key() == "Escape";
            if is_escape {
                // One level at a time: the panel around would close.
                event.stop_propagation();
                event.prevent_default();
            }
            is_escape.then_some(VoiceEvent::Close)
        });
        let is_denied = matches!(self.state, VoiceState::Denied);
        html! {
            <div ref={self.bar.clone()} class="voice-bar" role="group" aria-label={words.voice_note} onkeydown={on_key}>
                <button
                    ref={self.close.clone()}
                    type="button"
                    class="attach"
                    aria-label={words.record_not}
                    onclick={link.callback(|_| VoiceEvent::Close)}
                >
                    { icon::bin() }
                </button>
                if is_denied {
                    <p class="voice-denied" role="alert">{ words.no_microphone }</p>
                } else {
                    <span class={if matches!(self.state, VoiceState::Asking) { "voice-time asking" } else { "voice-time" }}>
                        <span role="status">
                            if !matches!(self.state, VoiceState::Asking) { { words.recording } }
                        </span>
                        <span aria-hidden="true">{ length(self.seconds) }</span>
                    </span>
                    <button
                        ref={self.send.clone()}
                        type="button"
                        class="send ready"
                        aria-label={words.send}
                        onclick={link.callback(|_| VoiceEvent::Send)}
                    >
                        { icon::send() }
                    </button>
                }
            </div>
        }
    }

    fn rendered(&mut self, _ctx: &Context<Self>, first_render: bool) {
        if first_render && let Some(bar) = self.bar.cast::<Element>() {
            self.covered = others_beside(&bar);
            for covered in &self.covered {
                let _ = covered.set_attribute("inert", "");
            }
        }
        if std::mem::take(&mut self.wants_focus) {
            let target = if matches!(self.state, VoiceState::Denied) { &self.close } else { &self.send };
            if let Some(target) = target.cast::<Element>() {
                focus(&target);
            }
        }
    }

    fn destroy(&mut self, _ctx: &Context<Self>) {
        self.uncover();
    }
}

impl VoiceBar {
    /// Before the focus goes back to what was covered: until then it takes none.
    fn uncover(&mut self) {
        for covered in self.covered.drain(..) {
            let _ = covered.remove_attribute("inert");
        }
    }
}

fn others_beside(bar: &Element) -> Vec<Element> {
    let beside = bar.parent_element().map(|parent| parent.children());
    let beside = beside.iter().flat_map(|all| (0..all.length()).filter_map(|place| all.item(place)));
    beside.filter(|element| element != bar).collect()
}

/// Minutes and seconds, as on any recorder.
fn length(seconds: u64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn a_length_is_minutes_and_two_digits() {
        assert_eq!([length(0), length(9), length(75), length(300)], ["0:00", "0:09", "1:15", "5:00"]);
    }
}
