//! Every language says everything, with the same places to fill, in the plural forms that it has.

use super::{Complaint, Files};
use crate::locales;

pub(super) fn check(files: &Files) -> Vec<Complaint> {
    let read =
        |path: &str| files.text(path).map(str::to_owned).ok_or_else(|| anyhow::anyhow!("{path}: missing"));
    let complaints = locales::complaints(read);
    complaints.unwrap_or_else(|error| vec![format!("{error:#}")])
}
