//! The few drawings, as inline SVG on a 20 unit grid in the colour of the text beside them. Never the only sign of anything.

use yew::{Html, html};

macro_rules! icons {
    ($class:tt: $($(#[$doc:meta])* $name:ident = $path:literal;)*) => {$(
        $(#[$doc])*
        pub fn $name() -> Html {
            html! {
                <svg class=$class viewBox="0 0 20 20" aria-hidden="true" focusable="false">
                    <path d={$path} />
                </svg>
            }
        }
    )*};
}

icons! { "icon":
    /// Waiting to be sent.
    clock = "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M10 6.5V10l2.4 1.6";
    /// In the log.
    tick = "M4.5 10.5 8.3 14.2 15.5 6";
    /// Reached the other side.
    ticks = "M1.8 10.5 5.6 14.2 12.6 6M8.6 13.4l.8.8L18 6";
    /// Refused.
    warning = "M10 3.2 17.6 16.4H2.4ZM10 8.2v3.6M10 14h.01";
    /// Send.
    send = "M10 16.2V4.2M4.8 9.2 10 4l5.2 5.2";
    /// Down to the newest.
    down = "M5 7.8 10 12.8l5-5";
    /// What else can be done.
    more = "M4.6 10h.01M10 10h.01M15.4 10h.01";
    /// Say it otherwise.
    pen = "M4 16l.8-3.4 8.4-8.4a1.6 1.6 0 0 1 2.3 0l.3.3a1.6 1.6 0 0 1 0 2.3l-8.4 8.4ZM11.8 5.6l2.6 2.6";
    /// Take it back.
    bin = "M4 5.8h12M8 5.6V4h4v1.6M5.4 6l.7 10h7.8l.7-10M8.4 9v4M11.6 9v4";
    /// Becomes a file of one's own.
    save = "M10 4v8.2M6 8.6l4 3.8 4-3.8M4.5 15.8h11";
    /// Close.
    close = "M5.2 5.2l9.6 9.6M14.8 5.2l-9.6 9.6";
    /// A person without a name.
    person = "M10 10.2a3.1 3.1 0 1 0 0-6.2 3.1 3.1 0 0 0 0 6.2M3.8 16.6c.7-2.7 3-4.2 6.2-4.2s5.5 1.5 6.2 4.2";
    /// Gives a file.
    clip = "M15.4 9.4 9.9 14.9a3.4 3.4 0 0 1-4.8-4.8l6-6a2.3 2.3 0 0 1 3.2 3.2l-5.9 5.9a1.1 1.1 0 0 1-1.6-1.6l5.3-5.3";
    /// Takes a picture.
    camera = "M3.4 6.6h2.9L7.6 4.6h4.8l1.3 2h2.9v9.2H3.4ZM10 13.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2";
    /// Emoji.
    smile = "M10 3.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M7.3 11.6a3.2 3.2 0 0 0 5.4 0M7.7 8.2h.01M12.3 8.2h.01";
    /// Records a voice.
    microphone = "M10 12.2a2.4 2.4 0 0 0 2.4-2.4V5.6a2.4 2.4 0 0 0-4.8 0v4.2A2.4 2.4 0 0 0 10 12.2M5 9.8a5 5 0 0 0 10 0M10 14.8v2.4";
    /// A file.
    page = "M5.4 2.8h6l3.2 3.4v11H5.4ZM11.2 3v3.4h3.2M7.8 10h4.4M7.8 13h4.4";
    /// Vouched for.
    shield = "M10 2.8 15.8 5v4.4c0 3.6-2.3 6.4-5.8 7.8-3.5-1.4-5.8-4.2-5.8-7.8V5ZM7.2 9.9l2 2 3.6-3.9";
    /// Our own sign: two ends and the line that ties them.
    tieline = "M5 8.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2M15 16.6a2.6 2.6 0 1 0 0-5.2 2.6 2.6 0 0 0 0 5.2M5 8.8v2.4a3 3 0 0 0 3 3h4.2";
    /// A thing for sale without a picture.
    bag = "M4.6 7.2h10.8l-.8 9.3H5.4ZM7.2 7.2V6a2.8 2.8 0 0 1 5.6 0v1.2";
}

// Where text runs from right to left these point the other way. The style sheet turns them.
icons! { "icon turns":
    /// Back.
    back = "M12.2 4.8 7 10l5.2 5.2";
    /// Opens another page.
    external = "M8 4.5H4.5v11h11V12M11.5 4.5h4v4M15.2 4.8 9 11";
    /// Answer these words.
    reply = "M8.2 5 3.8 9.4l4.4 4.4M4.2 9.4h7.3a4.7 4.7 0 0 1 4.7 4.7v1.2";
}
