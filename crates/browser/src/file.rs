//! Files of the person: their digest, their measures, an address at which this page can show them.

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ImageBitmap, Url};

/// SHA-256 of the file, in lower-case hexadecimal digits. None: it cannot be read, or this page has no `crypto.subtle`, as
/// pages without TLS have none.
pub async fn sha256(file: &Blob) -> Option<String> {
    let bytes = JsFuture::from(file.array_buffer()).await.ok()?;
    let subtle = web_sys::window()?.crypto().ok()?.subtle();
    let digest =
        subtle.digest_with_str_and_buffer_source("SHA-256", bytes.unchecked_ref::<ArrayBuffer>()).ok()?;
    let digest = Uint8Array::new(&JsFuture::from(digest).await.ok()?).to_vec();
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether this page can hash a file.
pub fn can_hash() -> bool {
    web_sys::window().is_some_and(|window| window.is_secure_context())
}

/// A picture's width and height as it is shown. None: the browser cannot show it.
pub async fn measures(file: &Blob) -> Option<(u32, u32)> {
    let bitmap = web_sys::window()?.create_image_bitmap_with_blob(file).ok()?;
    let bitmap: ImageBitmap = JsFuture::from(bitmap).await.ok()?.dyn_into().ok()?;
    let measures = (bitmap.width(), bitmap.height());
    bitmap.close();
    Some(measures)
}

/// An address that only this page understands. Given back when dropped.
#[derive(Debug)]
pub struct LocalAddress(String);

impl LocalAddress {
    /// The address of that file.
    pub fn of(file: &Blob) -> Option<Self> {
        Url::create_object_url_with_blob(file).ok().map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for LocalAddress {
    fn drop(&mut self) {
        let _ = Url::revoke_object_url(&self.0);
    }
}
