//! The texts of a forgotten password, and of what one tells of oneself.

/// The texts of a forgotten password, and of the settings about oneself.
pub struct Account {
    pub forgot_lead: &'static str,
    pub name_or_email: &'static str,
    pub forgot_send: &'static str,
    pub reset_title: &'static str,
    pub reset_lead: &'static str,
    pub reset_set: &'static str,
    pub reset_again: &'static str,
    pub email: &'static str,
    pub email_lead: &'static str,
    pub profile: &'static str,
    pub profile_lead: &'static str,
    pub about: &'static str,
    pub about_hint: fn(usize) -> String,
    pub languages: &'static str,
    pub interests: &'static str,
    pub interests_hint: fn(usize, usize) -> String,
    pub presence: &'static str,
    pub presence_auto: &'static str,
    pub presence_away: &'static str,
    pub presence_busy: &'static str,
    pub picture: &'static str,
    pub picture_lead: &'static str,
    pub picture_file: &'static str,
    pub picture_remove: &'static str,
    pub picture_alt: &'static str,
    pub one_login: &'static str,
    pub one_login_lead: &'static str,
    pub one_login_choice: &'static str,
    pub one_login_for_all: &'static str,
}

pub(super) const EN: Account = Account {
    forgot_lead: "Tell your name or your e-mail address. If the account has an address, a link \
                  to choose a new password comes there within minutes.",
    name_or_email: "Name or e-mail address",
    forgot_send: "Send me a link",
    reset_title: "A new password",
    reset_lead: "Choose a new password. Wherever you are signed in now, you will be signed out.",
    reset_set: "Set the password",
    reset_again: "Ask for another link",
    email: "E-mail address",
    email_lead: "Only for a link when you forget your password. Nobody else sees it; leave it \
                 empty to have none.",
    profile: "About you",
    profile_lead: "What others see of you beside your name.",
    about: "A few sentences",
    about_hint: |n| format!("At most {n} characters."),
    languages: "Languages you speak",
    interests: "Interests",
    interests_hint: |n, chars| {
        format!("Up to {n} words with commas between, of {chars} characters each.")
    },
    presence: "Presence",
    presence_auto: "Automatic",
    presence_away: "Away",
    presence_busy: "Do not disturb",
    picture: "Picture",
    picture_lead: "PNG, JPEG, GIF or WebP, up to 10 MB. Its middle is cut out as a square, and \
                   nothing else in the file is kept, such as the place where it was taken.",
    picture_file: "Picture file",
    picture_remove: "Remove the picture",
    picture_alt: "Your picture",
    one_login: "One place at a time",
    one_login_lead: "When you sign in elsewhere, you are signed out here.",
    one_login_choice: "A new sign-in ends the others",
    one_login_for_all: "It is so for everybody on this server.",
};

pub(super) const KO: Account = Account {
    forgot_lead: "이름이나 이메일 주소를 알려 주세요. 계정에 이메일 주소가 있으면, 새 비밀번호를 정할 \
                  수 있는 링크를 몇 분 안에 보내 드려요.",
    name_or_email: "이름 또는 이메일 주소",
    forgot_send: "링크 받기",
    reset_title: "새 비밀번호",
    reset_lead: "새 비밀번호를 정해 주세요. 지금 로그인되어 있는 곳에서는 모두 로그아웃돼요.",
    reset_set: "비밀번호 정하기",
    reset_again: "링크 다시 받기",
    email: "이메일 주소",
    email_lead: "비밀번호를 잊었을 때 링크를 받는 데만 써요. 다른 사람에게는 보이지 않아요. 비워 두면 \
                 없어져요.",
    profile: "내 소개",
    profile_lead: "이름과 함께 다른 사람에게 보이는 내용이에요.",
    about: "짧은 소개",
    about_hint: |n| format!("{n}자까지 쓸 수 있어요."),
    languages: "할 수 있는 언어",
    interests: "관심사",
    interests_hint: |n, chars| {
        format!("쉼표로 나누어 {n}개까지, 하나에 {chars}자까지 쓸 수 있어요.")
    },
    presence: "상태",
    presence_auto: "자동",
    presence_away: "자리 비움",
    presence_busy: "방해 금지",
    picture: "사진",
    picture_lead: "PNG, JPEG, GIF, WebP 파일을 10MB까지 올릴 수 있어요. 가운데를 정사각형으로 잘라 \
                   쓰고, 찍은 곳 같은 다른 정보는 남기지 않아요.",
    picture_file: "사진 파일",
    picture_remove: "사진 지우기",
    picture_alt: "내 사진",
    one_login: "한 번에 한 곳에서만",
    one_login_lead: "다른 곳에서 로그인하면 이곳에서는 로그아웃돼요.",
    one_login_choice: "새로 로그인하면 다른 곳에서 로그아웃하기",
    one_login_for_all: "이 서버에서는 모두에게 그렇게 정해져 있어요.",
};
