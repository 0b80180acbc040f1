//! The sessions of this page. They live here and not in the handles, because JavaScript may forget a handle at any time.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::{element::Mount, shadow::Shade};

/// In the order of dropping: first the session, then the place it was drawn in.
type Kept = (Mount, Option<Shade>);

thread_local! {
    static MOUNTS: RefCell<BTreeMap<u32, Kept>> = const { RefCell::new(BTreeMap::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

/// Keeps the session until [`remove`]; gives its number.
pub fn add(mount: Mount, shade: Option<Shade>) -> u32 {
    let number = LAST.get().wrapping_add(1);
    LAST.set(number);
    MOUNTS.with_borrow_mut(|mounts| mounts.insert(number, (mount, shade)));
    number
}

/// Does something with the session, if it is still there.
pub(super) fn with(number: u32, act: impl FnOnce(&Mount)) {
    // The page may call back into us from inside `act`: nothing is borrowed meanwhile.
    let inner = MOUNTS.with_borrow(|mounts| mounts.get(&number).map(|(mount, _)| mount.clone()));
    if let Some(mount) = inner {
        act(&mount);
    }
}

/// Ends the session and frees all of it. A second time nothing happens.
pub(super) fn remove(number: u32) {
    let kept = MOUNTS.with_borrow_mut(|mounts| mounts.remove(&number));
    drop(kept);
}
