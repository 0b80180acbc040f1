//! Putting a few things in order.

/// Sorts by insertion: stable, like the standard library's, and made for the handful that a session has.
///
/// The library's sort is four kilobytes of code for every type that it sorts, and each visitor downloads them.
pub(crate) fn sort_few<T, K: Ord>(rows: &mut [T], key: impl Fn(&T) -> K) {
    for sorted in 1..rows.len() {
        let mut at = sorted;
        while let Some([before, here]) = at.checked_sub(1).and_then(|from| rows.get_mut(from..=at))
            && key(here) < key(before)
        {
            std::mem::swap(before, here);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sort_few;

    proptest! {
        /// The same order as the library's stable sort, equal keys included.
        #[test]
        fn a_few_are_sorted_as_the_library_sorts(rows in prop::collection::vec((0_u8..6, any::<u16>()), 0..40)) {
            let (mut ours, mut theirs) = (rows.clone(), rows);
            sort_few(&mut ours, |row| row.0);
            theirs.sort_by_key(|row| row.0);
            prop_assert_eq!(ours, theirs);
        }
    }
}
