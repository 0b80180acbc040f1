//! The sessions of this page. They live here and not in the handles, because JavaScript may forget a handle at any time.

use std::cell::{Cell, RefCell};

use super::{element::Mount, shadow::Shade};

/// In the order of dropping: first the session, then the place it was drawn in.
struct Kept {
    number: u32,
    mount: Mount,
    _shade: Option<Shade>,
}

thread_local! {
    static MOUNTS: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// Keeps the session until [`remove`]; gives its number.
pub fn add(mount: Mount, shade: Option<Shade>) -> u32 {
    let number = LAST.get().wrapping_add(1);
    LAST.set(number);
    MOUNTS.with_borrow_mut(|mounts| mounts.push(Kept { number, mount, _shade: shade }));
    number
}

/// Does something with the session, if it is still there.
pub(super) fn with(number: u32, act: impl FnOnce(&Mount)) {
    // The page may call back into us from inside `act`: nothing is borrowed meanwhile.
    let inner = MOUNTS.with_borrow(|mounts| {
        mounts.iter().find(|kept| kept.number == number).map(|kept| kept.mount.clone())
    });
    if let Some(mount) = inner {
        act(&mount);
    }
}

/// Ends the session and frees all of it. A second time nothing happens.
pub(super) fn remove(number: u32) {
    let kept = MOUNTS.with_borrow_mut(|mounts| {
        let at = mounts.iter().position(|kept| kept.number == number)?;
        Some(mounts.swap_remove(at))
    });
    // Outside of the borrow: the page may call back into us while we go.
    drop(kept);
}
