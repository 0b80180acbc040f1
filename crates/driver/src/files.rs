//! The person's files on their way: held in memory, kept on the disk beside their drafts, hashed, and put to the gateway.
//!
//! A file has its draft's id. It is kept before its draft is, and goes with it. A picture can be shown from memory for as long
//! as the page lives, so that nothing flickers when the gateway has it.

use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

use tieline_browser::{
    database::Hold,
    file::{self, LocalAddress},
    upload::{Upload, UploadFact},
};
use tieline_protocol::{DraftId, ErrorCode, FileCard};
use tieline_session::{Attached, Input, NoUpload};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, File};

use crate::{Keeper, ids, value};

/// Pictures that are shown from memory at most; of an older one the gateway's is shown.
const PICTURES: usize = 24;

/// The files of one end. Clones are the same files.
#[derive(Clone)]
pub struct Files(Rc<Inner>);

struct Inner {
    keeper: Keeper,
    shelf: String,
    held: RefCell<Vec<Held>>,
    /// What lies on the disk, or is on its way there.
    kept: RefCell<Vec<DraftId>>,
    uploads: RefCell<Vec<(DraftId, Upload)>>,
}

/// A file in memory.
struct Held {
    draft_id: DraftId,
    /// None: the gateway has it. Only the picture is still shown.
    file: Option<Blob>,
    picture: Option<LocalAddress>,
}

/// Where an upload goes.
pub(crate) struct Target {
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) media_type: String,
}

impl Files {
    pub(crate) fn of(keeper: Keeper, shelf: &str) -> Self {
        Self(Rc::new(Inner {
            keeper,
            shelf: format!("file {shelf} "),
            held: RefCell::default(),
            kept: RefCell::default(),
            uploads: RefCell::default(),
        }))
    }

    /// Looks at files that the person gave, and feeds each as `Attach`, in their order. One over `most_bytes` is not even read.
    pub(crate) fn attach(&self, given: Vec<File>, most_bytes: u32, feed: impl Fn(Input) + 'static) {
        let files = self.clone();
        spawn_local(async move {
            for file in given {
                feed(files.look_at(&file, most_bytes).await);
            }
        });
    }

    async fn look_at(&self, given: &File, most_bytes: u32) -> Input {
        let (draft_id, session_draft_id) = (ids::draft_id(), ids::draft_id());
        let media_type = essence(&given.type_());
        let (mut sha256, mut measures) = (String::new(), None);
        if given.size() <= f64::from(most_bytes) {
            sha256 = file::sha256(given).await.unwrap_or_default();
            if media_type.starts_with("image/") {
                measures = file::measures(given).await;
            }
            self.hold(draft_id, given.clone().into(), measures.is_some());
        }
        let file = Attached {
            name: given.name(),
            media_type,
            size: given.size() as u64,
            sha256,
            width: measures.map(|(width, _)| width),
            height: measures.map(|(_, height)| height),
        };
        Input::Attach { draft_id, session_draft_id, file }
    }

    /// Where this page can show a picture that was given here.
    pub fn picture(&self, draft_id: DraftId) -> Option<String> {
        let held = self.0.held.borrow();
        let held = held.iter().find(|held| held.draft_id == draft_id)?;
        held.picture.as_ref().map(|address| address.as_str().to_owned())
    }

    /// Keeps the draft's file on the disk. True: it is there, or there is none to keep.
    pub(crate) async fn keep(&self, draft_id: DraftId) -> bool {
        match self.find(draft_id) {
            Some(file) => {
                self.note_kept(draft_id);
                self.0.keeper.put(&self.name(draft_id), &file, Hold::System).await
            }
            None => true,
        }
    }

    /// An earlier page has kept a file under that name.
    pub(crate) fn note_kept(&self, draft_id: DraftId) {
        self.0.kept.borrow_mut().push(draft_id);
    }

    /// The draft is gone, or in the log: so is its file.
    pub(crate) fn forget(&self, draft_id: DraftId) {
        self.stop(draft_id);
        self.0.held.borrow_mut().iter_mut().filter(|held| held.draft_id == draft_id).for_each(|held| {
            held.file = None;
        });
        let before = self.0.kept.borrow().len();
        self.0.kept.borrow_mut().retain(|kept| *kept != draft_id);
        if before != self.0.kept.borrow().len() {
            let files = self.clone();
            spawn_local(async move {
                let _ = files.0.keeper.remove(&files.name(draft_id)).await;
            });
        }
    }

    /// Somebody else sits here: nothing of what was shown stays in memory.
    pub(crate) fn clear(&self) {
        self.0.uploads.borrow_mut().clear();
        self.0.held.borrow_mut().clear();
    }

    /// Breaks an upload off.
    pub(crate) fn stop(&self, draft_id: DraftId) {
        self.0.uploads.borrow_mut().retain(|(its, _)| *its != draft_id);
    }

    /// Puts the draft's file there. What comes of it is fed.
    pub(crate) fn upload(&self, draft_id: DraftId, target: Target, feed: impl Fn(Input) + Clone + 'static) {
        let files = Rc::downgrade(&self.0);
        spawn_local(async move {
            let Some(files) = files.upgrade().map(Files) else { return };
            let Some(file) = files.fetch(draft_id).await else {
                return feed(Input::UploadFailed { draft_id, why: NoUpload::Lost });
            };
            let (weak, told) = (Rc::downgrade(&files.0), feed.clone());
            let tell = move |fact| on_fact(&weak, draft_id, fact, &told);
            match Upload::put(&target.url, &target.token, &target.media_type, &file, tell) {
                Some(upload) => {
                    files.stop(draft_id);
                    files.0.uploads.borrow_mut().push((draft_id, upload));
                }
                None => feed(Input::UploadFailed { draft_id, why: NoUpload::Cut }),
            }
        });
    }

    /// From memory, or from the disk where an earlier page kept it.
    async fn fetch(&self, draft_id: DraftId) -> Option<Blob> {
        if let Some(file) = self.find(draft_id) {
            return Some(file);
        }
        let kept = self.0.keeper.read(&self.name(draft_id)).await?;
        let file: Blob = kept.into_iter().next()?.dyn_into().ok()?;
        let is_picture = file.type_().starts_with("image/");
        self.hold(draft_id, file.clone(), is_picture);
        Some(file)
    }

    fn find(&self, draft_id: DraftId) -> Option<Blob> {
        let held = self.0.held.borrow();
        held.iter().find(|held| held.draft_id == draft_id)?.file.clone()
    }

    fn hold(&self, draft_id: DraftId, file: Blob, is_picture: bool) {
        let picture = is_picture.then(|| LocalAddress::of(&file)).flatten();
        let mut held = self.0.held.borrow_mut();
        held.push(Held { draft_id, file: Some(file), picture });
        // The oldest that only show something make room.
        let surplus = held.len().saturating_sub(PICTURES);
        let mut dropped = 0;
        held.retain(|held| {
            let is_surplus = held.file.is_none() && dropped < surplus;
            dropped += usize::from(is_surplus);
            !is_surplus
        });
    }

    fn name(&self, draft_id: DraftId) -> String {
        format!("{}{draft_id}", self.0.shelf)
    }
}

fn on_fact(files: &Weak<Inner>, draft_id: DraftId, fact: UploadFact, feed: &impl Fn(Input)) {
    let input = match fact {
        UploadFact::Moved(percent) => return feed(Input::UploadMoved { draft_id, percent }),
        UploadFact::Cut => Input::UploadFailed { draft_id, why: NoUpload::Cut },
        UploadFact::Answered(200, body) => match value::read::<FileCard>(body) {
            Some(file) => Input::Uploaded { draft_id, file },
            None => Input::UploadFailed { draft_id, why: NoUpload::Cut },
        },
        UploadFact::Answered(_, body) => Input::UploadFailed { draft_id, why: refusal(&body) },
    };
    // It calls us: it must not be dropped before it has come back.
    if let Some(files) = files.upgrade().map(Files) {
        spawn_local(async move { files.stop(draft_id) });
    }
    feed(input);
}

/// The code of a problem. Another program in between, such as a proxy, says none: then it may pass.
fn refusal(body: &JsValue) -> NoUpload {
    let code = js_sys::Reflect::get(body, &"code".into()).ok().and_then(|code| code.as_string());
    let known = |name: String| ErrorCode::ALL.iter().copied().find(|code| code.name() == name);
    code.and_then(known).map_or(NoUpload::Cut, NoUpload::Refused)
}

/// A media type without its parameters.
fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

impl PartialEq for Files {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl std::fmt::Debug for Files {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Files").field(&self.0.shelf).finish()
    }
}
