//! What is written in letters.

use super::Letter;
use app::protocol::snapshot::Language;
use lettre::Address;

/// The link by which a forgotten password is set anew.
pub(crate) fn reset(
    language: Language,
    to: Address,
    house: &str,
    (name, link): (&str, &str),
) -> Letter {
    let (subject, text) = match language {
        Language::En => (
            format!("{house}: choose a new password"),
            format!(
                "Hello {name},\n\n\
                 somebody asked for a new password for your account at {house}.\n\
                 To choose one, open this address within 30 minutes:\n\n\
                 {link}\n\n\
                 It works once. If it was not you, do nothing: your password stays as it is.\n"
            ),
        ),
        Language::Ko => (
            format!("{house}: 새 비밀번호를 정해 주세요"),
            format!(
                "{name}님, 안녕하세요.\n\n\
                 {house} 계정의 비밀번호를 새로 정하겠다는 요청을 받았어요.\n\
                 30분 안에 아래 주소를 열어 새 비밀번호를 정해 주세요.\n\n\
                 {link}\n\n\
                 이 주소는 한 번만 쓸 수 있어요. 요청하신 적이 없다면 그냥 두세요. 비밀번호는 바뀌지 \
                 않아요.\n"
            ),
        ),
    };
    Letter { to, subject, text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_has_the_link_on_a_line_of_its_own_in_either_language() {
        for language in [Language::En, Language::Ko] {
            let to: Address = "ann@mail.example".parse().expect("an address");
            let letter = reset(language, to, "Maru", ("Ann", "https://chat.example/reset?token=1"));
            assert!(letter.text.lines().any(|it| it == "https://chat.example/reset?token=1"));
            assert!(letter.text.contains("Ann") && letter.subject.contains("Maru"));
            assert!(letter.text.contains("30"));
        }
    }
}
