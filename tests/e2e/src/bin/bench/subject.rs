//! Who is measured.

/// A widget, and how one sees what it does.
pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// What goes into the merchant's page, as its own documentation has it. `{{R}}` is where the rivals are served.
    pub(crate) markup: &'static str,
    /// An expression that gives the element that a visitor would press, or write into if the widget is always open.
    pub(crate) launcher: &'static str,
    /// What is pressed: selectors through shadow roots. None: there is nothing to open, or nothing opens without its server.
    pub(crate) control: Option<&'static [&'static str]>,
    /// An expression that gives where one writes, once one can.
    pub(crate) usable: &'static str,
    /// That is in a frame.
    pub(crate) has_frame: bool,
}

pub(crate) const TIELINE: Subject = Subject {
    name: "tieline",
    markup: r#"<script src="{{G}}/loader.js" data-channel="{{CHANNEL}}" data-label="Chat with us" async></script>"#,
    launcher: "document.querySelector('tieline-launcher')?.shadowRoot.querySelector('button')",
    control: Some(&["tieline-launcher", "button"]),
    usable: "document.hasFocus() && document.activeElement?.matches('.composer textarea') && document.activeElement",
    has_frame: true,
};

pub(crate) const SUBJECTS: [Subject; 5] = [
    Subject {
        name: "blank",
        markup: "",
        launcher: "document.querySelector('h1')",
        control: None,
        usable: "null",
        has_frame: false,
    },
    TIELINE,
    Subject {
        name: "converse.js",
        markup: r#"<link rel="stylesheet" href="{{R}}/converse.js/dist/converse.min.css">
<script type="module" src="{{R}}/converse.js/dist/converse.min.js"></script>
<script type="module">converse.initialize({ assets_path: "{{R}}/converse.js/dist/", bosh_service_url: "{{R}}/http-bind", view_mode: "overlayed",
  authentication: "login", discover_connection_methods: false, i18n: "en", show_controlbox_by_default: false, loglevel: "error" });</script>"#,
        launcher: "document.querySelector('converse-controlbox-toggle a, .toggle-controlbox, converse-controlbox-toggle')",
        control: Some(&["converse-controlbox-toggle"]),
        // Without a server of its own nobody gets further than its form.
        usable: "document.querySelector('converse-login-form input, #converse-login input')",
        has_frame: false,
    },
    Subject {
        name: "@n8n/chat",
        markup: r#"<link rel="stylesheet" href="{{R}}/n8n-chat/dist/style.css">
<script type="module">import { createChat } from "{{R}}/n8n-chat/dist/chat.bundle.es.js";
createChat({ webhookUrl: "{{R}}/webhook", loadPreviousSession: false, mode: "window", showWelcomeScreen: false });</script>"#,
        launcher: "document.querySelector('.chat-window-toggle')",
        control: Some(&[".chat-window-toggle"]),
        usable: "document.querySelector('.chat-window textarea')",
        has_frame: false,
    },
    Subject {
        name: "deep-chat",
        markup: r#"<script type="module" src="{{R}}/deep-chat/dist/deepChat.bundle.js"></script>
<deep-chat demo="true" style="border-radius: 8px"></deep-chat>"#,
        launcher: "document.querySelector('deep-chat')?.shadowRoot?.querySelector('#text-input')",
        control: None,
        usable: "null",
        has_frame: false,
    },
];
