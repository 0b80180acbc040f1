//! Ids as names in other platforms' addresses: letters and digits that stay as they are in every part of one.

use uuid::Uuid;

/// RFC 4648's letters, small.
const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Of 128 bits.
const LENGTH: usize = 26;

/// An id in 26 letters.
pub fn encode(id: Uuid) -> String {
    let mut number = id.as_u128();
    let mut letters = [0; LENGTH];
    for letter in letters.iter_mut().rev() {
        *letter = LETTERS.get((number % 32) as usize).copied().unwrap_or_default();
        number /= 32;
    }
    letters.iter().map(|letter| char::from(*letter)).collect()
}

/// The id of 26 letters; none if there is none of that name.
pub fn decode(text: &str) -> Option<Uuid> {
    if text.len() != LENGTH {
        return None;
    }
    let mut number: u128 = 0;
    for letter in text.bytes() {
        let digit = LETTERS.iter().position(|own| *own == letter)?;
        number = number.checked_mul(32)?.checked_add(digit as u128)?;
    }
    Some(Uuid::from_u128(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_name_and_a_name_one_id() {
        for number in [0, 1, 31, 32, u128::MAX, 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef] {
            let id = Uuid::from_u128(number);
            assert_eq!(decode(&encode(id)), Some(id));
        }
        assert_eq!(encode(Uuid::from_u128(33)), "aaaaaaaaaaaaaaaaaaaaaaaabb");
        // More than 128 bits, other letters, another length.
        for name in ["7".repeat(26), "A".repeat(26), "a".repeat(25), "ä".repeat(13)] {
            assert_eq!(decode(&name), None, "{name}");
        }
    }
}
