//! Orders that look mixed and are the same on every node and in every version.

use app::protocol::questions::QuestionId;

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The place of a question in the order of a seed. A question that is added to a pack does not move
/// the others.
pub(super) fn place(seed: u64, question: &QuestionId) -> u64 {
    mixed(fold(seed, question.as_str().as_bytes()))
}

/// A seed from another and some bytes.
pub(super) fn fold(seed: u64, bytes: &[u8]) -> u64 {
    let start = FNV_OFFSET ^ mixed(seed);
    bytes.iter().fold(start, |hash, it| (hash ^ u64::from(*it)).wrapping_mul(FNV_PRIME))
}

/// The last step of `SplitMix64`: numbers that lie close go far apart.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
