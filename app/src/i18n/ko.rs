//! 한국어. Korean, in the polite 해요 style.

use super::{Civil, Door, House, Link, Room, Settings, Texts, grouped, secs};
use crate::protocol::{
    message::Deed,
    refusal::Refusal,
    snapshot::{Done, Language},
};

/// All texts in Korean.
pub(super) static TEXTS: Texts = Texts {
    tag: "ko",
    language: Language::Ko,
    house: HOUSE,
    room: ROOM,
    direct: super::direct::KO,
    meeting: super::meeting::KO,
    rooms: super::rooms::ko::TEXTS,
    link: LINK,
    refusal,
    done,
    day,
};

pub(super) const DOOR: Door = Door {
    come_in: "어서 오세요",
    lead: "이야기를 나누는 곳이에요. 열린 채널, 나만의 방, 그리고 새로운 사람이 있어요.",
    name: "이름",
    password: "비밀번호",
    sign_in: "로그인",
    as_guest: "손님으로 둘러보기",
    new_here: "처음이신가요?",
    make_account: "계정 만들기",
    forgot: "비밀번호를 잊으셨나요?",
    sign_up_title: "계정 만들기",
    sign_up_lead: "이름과 비밀번호만 있으면 돼요.",
    sign_up: "계정 만들기",
    have_account: "이미 계정이 있으신가요?",
    guest_title: "손님으로 둘러보기",
    guest_lead: "이름을 정해 주세요. 이 브라우저에 저장되고, 나중에 계정으로 바꿀 수 있어요.",
    guest_enter: "들어가기",
    forgot_title: "비밀번호를 잊으셨나요?",
    forgot_text: "이 서버를 운영하는 분께 말씀해 주세요. 새 비밀번호를 정해 드릴 수 있어요. 이곳에는 \
                  이메일을 저장하지 않아서 메일로 보내 드릴 수 없어요.",
    back_to_sign_in: "로그인으로 돌아가기",
    name_hint: |min, max| format!("{min}~{max}자, 어떤 언어의 글자든 괜찮아요"),
    password_hint: |min| format!("{min}자 이상"),
    not_found_title: "아무것도 없어요",
    not_found_text: "이 주소에는 페이지가 없어요.",
    banned_until: |when| format!("{when}까지 들어올 수 없는 계정이에요."),
    too_soon: |when| format!("아직은 할 수 없어요. {when}부터 할 수 있어요."),
    to_rooms: "채널로 가기",
};

const HOUSE: House = House {
    brand: "마루",
    jump: "바로 가기…",
    jump_title: "채널로 바로 가기",
    jump_empty: "그런 이름의 채널이 없어요.",
    channels: "채널",
    browse: "둘러보기",
    menu: "채널 목록 열기",
    close: "닫기",
    rooms_nav: "채널",
    unread: "안 읽음",
    online: "접속 중",
    offline: "오프라인",
    settings: "설정",
    admin: "운영",
    me_menu: "내 메뉴",
    profile: "내 프로필",
    inbox: "다이렉트 메시지",
    planned: "예약 목록",
    blocks: "차단한 사람들",
    notices: "알림",
    noticed: |n| format!("읽지 않은 알림이 {n}개 있어요."),
    read_notices: "보기",
    channels_lead: "누구에게나 열려 있어요. 먼저 읽어 보고 마음에 들면 들어오세요.",
    no_channels: "아직 채널이 없어요.",
    count: |people, capacity| format!("{} / {}", grouped(people), grouped(capacity)),
    count_label: |people, capacity| {
        format!("정원 {}명 중 {}명", grouped(capacity), grouped(people))
    },
    skip_to_main: "대화로 건너뛰기",
    keys_title: "단축키",
    keys: &[
        ("Enter", "보내기"),
        ("Shift + Enter", "줄 바꾸기"),
        ("Ctrl + K", "채널로 바로 가기"),
        ("Alt + Shift + ↓", "안 읽은 다음 채널"),
        ("End", "대화에서 최신 메시지로"),
        ("Enter   ↑ ↓", "대화에서 메시지 메뉴로"),
        ("?   Ctrl + /", "이 목록 보기"),
        ("Esc", "닫기"),
    ],
};

const ROOM: Room = Room {
    log: "메시지",
    people_title: "사람들",
    people: |n| format!("{}명", grouped(n)),
    here: |n| format!("접속 중 — {n}"),
    away: |n| format!("자리 비움 — {n}"),
    busy: |n| format!("방해 금지 — {n}"),
    offline: |n| format!("오프라인 — {n}"),
    unknown: |n| format!("지금은 알 수 없음 — {n}"),
    presence_here: "접속 중",
    presence_away: "자리 비움",
    presence_offline: "오프라인",
    admin: "운영자",
    guest: "손님",
    more_people: |n| format!("외 {n}명"),
    enter: "들어가기",
    enter_lead: "지금은 읽고만 있어요. 들어가면 이야기할 수 있어요.",
    leave: "나가기",
    placeholder: |room| format!("{room}에 메시지 보내기"),
    send: "보내기",
    chars_left: |n| format!("{n}자 남았어요"),
    chars_over: |n| format!("{n}자 넘었어요. 메시지를 줄여 주세요."),
    new_line: "새 메시지",
    to_speed: "함께하기",
    to_newest: "최신 메시지로",
    to_newest_count: |n| format!("새 메시지 {n}개"),
    beginning: "여기서부터 시작이에요.",
    loading_older: "이전 메시지를 불러오는 중…",
    loading: "불러오는 중…",
    moved: |names, joined| {
        let verb = if joined { "들어왔어요" } else { "나갔어요" };
        match names {
            [] => String::new(),
            [one] => format!("{one} 님이 {verb}"),
            [one, two] => format!("{one} 님과 {two} 님이 {verb}"),
            [one, two, rest @ ..] => format!("{one} 님, {two} 님 외 {}명이 {verb}", rest.len()),
        }
    },
    did,
    moderator: "운영 도우미",
    owner: "소유자",
    announcement: "공지",
    typing: |names| match names {
        [] => String::new(),
        [one] => format!("{one} 님이 입력 중이에요…"),
        [one, two] => format!("{one} 님과 {two} 님이 입력 중이에요…"),
        [_, _, ..] => "여러 명이 입력 중이에요…".to_owned(),
    },
    sending: "보내는 중",
    not_sent: |why| format!("보내지 못했어요. {why}"),
    send_again: "다시 보내기",
    edit: "고치기",
    discard: "지우기",
    gone_title: "없는 방이에요",
    gone_text: "사라졌거나 주소가 잘못되었어요.",
    failed_title: "불러오지 못했어요",
    failed_text: "서버에 연결할 수 없었어요.",
    try_again: "다시 시도",
    earlier: "이전 메시지 보기",
};

const LINK: Link = Link {
    waiting: |secs| {
        format!(
            "연결이 끊겼어요. {secs}초 뒤에 다시 시도할게요. 쓰신 글은 보관했다가 연결되면 보내 드려요."
        )
    },
    connecting: "연결하는 중이에요… 쓰신 글은 보관했다가 연결되면 보내 드려요.",
    try_now: "지금 시도",
    caught_up: |n| format!("놓친 메시지 {n}개를 불러왔어요"),
    signed_out: "로그아웃되었어요.",
    replaced: "다른 곳에서 로그인해서 이곳은 로그아웃되었어요.",
    sign_in: "로그인",
    outdated: "마루가 새로워졌어요. 계속하려면 새로고침해 주세요.",
    reload: "새로고침",
    stopped: |code| format!("서버가 연결을 끊었어요({code}). 계속하려면 새로고침해 주세요."),
};

pub(super) const SETTINGS: Settings = Settings {
    title: "설정",
    name: "이름",
    save: "저장",
    look: "화면",
    language: "언어",
    theme: "테마",
    theme_system: "시스템과 같게",
    theme_light: "밝게",
    theme_dark: "어둡게",
    chime: "이야기할 사람을 찾으면 소리 내기",
    on: "켜기",
    off: "끄기",
    password: "비밀번호",
    password_current: "현재 비밀번호",
    password_new: "새 비밀번호",
    password_change: "비밀번호 바꾸기",
    account: "이름 지키기",
    account_lead: "지금은 손님이라 이름이 이 브라우저에만 있어요. 비밀번호를 정하면 계정이 돼요.",
    account_make: "계정으로 만들기",
    logins: "로그인한 곳",
    logins_lead: "모르는 로그인이 있으면 끊고 비밀번호를 바꿔 주세요.",
    login_this: "이 브라우저",
    login_unknown: "알 수 없는 브라우저",
    login_since: |when| format!("{when}부터"),
    login_seen: |when| format!("마지막 접속 {when}"),
    login_end: "그곳에서 로그아웃",
    login_end_others: "다른 곳에서 모두 로그아웃",
    sign_out: "로그아웃",
    sign_out_guest: "손님은 로그아웃하면 이름이 완전히 사라져요.",
    back: "채널로 돌아가기",
};

#[expect(clippy::too_many_lines, reason = "a line for each refusal")]
fn refusal(reason: Refusal) -> String {
    match reason {
        Refusal::NoSuchRoom => "그런 방이 없어요.".to_owned(),
        Refusal::NotFound => "이 주소에는 아무것도 없어요.".to_owned(),
        Refusal::NotEntered => {
            "이 방에 들어와 있지 않아요. 들어가면 이야기할 수 있어요.".to_owned()
        }
        Refusal::Full { capacity } => {
            format!("방이 가득 찼어요. 정원은 {}명이에요.", grouped(capacity))
        }
        Refusal::Empty => "보낼 내용이 없어요.".to_owned(),
        Refusal::TooLong { chars_max } => {
            format!("너무 길어요. {}자까지 쓸 수 있어요.", grouped(chars_max))
        }
        Refusal::TooFast { retry_after_ms } => {
            format!("너무 잦아요. {}초 뒤에 다시 해 주세요.", secs(retry_after_ms))
        }
        Refusal::TooManyInFlight => {
            "아직 보내고 있는 메시지가 많아요. 잠시 뒤에 다시 해 주세요.".to_owned()
        }
        Refusal::Busy { retry_after_ms } => {
            format!("서버가 바빠요. {}초 뒤에 다시 해 주세요.", secs(retry_after_ms))
        }
        Refusal::DiskFull => {
            "서버의 저장 공간이 가득 찼어요. 읽을 수는 있지만 쓸 수는 없어요.".to_owned()
        }
        Refusal::NotAllowed => "그렇게 할 수 있는 권한이 없어요.".to_owned(),
        Refusal::NotSignedIn => "로그인되어 있지 않아요.".to_owned(),
        Refusal::WrongCredentials => "이름이나 비밀번호가 맞지 않아요.".to_owned(),
        Refusal::NameTaken => "이미 있는 이름이거나 비슷해 보이는 이름이 있어요.".to_owned(),
        Refusal::NameLength { chars_min, chars_max } => {
            format!("이름은 {chars_min}자에서 {chars_max}자까지 쓸 수 있어요.")
        }
        Refusal::NameCharacters => {
            "이름에는 글자와 숫자를 쓸 수 있고, 그 사이에 빈칸, 점(.), 밑줄(_), 붙임표(-)를 하나씩 넣을 수 있어요."
                .to_owned()
        }
        Refusal::PasswordLength { chars_min, chars_max } => {
            format!("비밀번호는 {chars_min}자에서 {chars_max}자까지 쓸 수 있어요.")
        }
        Refusal::PasswordCommon => "너무 쉽게 짐작할 수 있는 비밀번호예요.".to_owned(),
        Refusal::ForeignOrigin => {
            "다른 사이트에서 온 요청이에요. 이 페이지를 새로 열고 다시 해 주세요.".to_owned()
        }
        Refusal::Malformed | Refusal::UnknownPacket => "서버가 알아듣지 못했어요.".to_owned(),
        Refusal::Internal => "서버에 문제가 생겼어요. 기록해 두었어요.".to_owned(),
        Refusal::Banned { until: None } => "이 방에는 들어갈 수 없어요.".to_owned(),
        Refusal::Banned { until: Some(_) } => "지금은 이 방에 들어갈 수 없어요.".to_owned(),
        Refusal::Muted { until: None } => "여기서는 말할 수 없어요.".to_owned(),
        Refusal::Muted { until: Some(_) } => "지금은 여기서 말할 수 없어요.".to_owned(),
        Refusal::WrongPassword => "방 비밀번호가 맞지 않아요.".to_owned(),
        Refusal::Locked => "방이 잠겨 있어서 지금은 새로 들어갈 수 없어요.".to_owned(),
        Refusal::Closed => "닫힌 방이에요.".to_owned(),
        Refusal::SlowMode { retry_after_ms } => {
            format!("느린 대화 중이에요. {}초 뒤에 보낼 수 있어요.", secs(retry_after_ms))
        }
        Refusal::SpeakersOnly => "방장이 발언자로 정한 사람만 쓸 수 있어요.".to_owned(),
        Refusal::NotReachable => "이 사람에게는 쓸 수 없어요.".to_owned(),
        Refusal::NotAnswered => "상대가 요청에 답할 때까지 기다려 주세요.".to_owned(),
        Refusal::InviteOver => "초대가 끝났어요. 새 초대를 부탁해 보세요.".to_owned(),
        Refusal::TooMany { limit } => format!("{}개까지 둘 수 있어요.", grouped(limit)),
        Refusal::CannotToOneself => "자기 자신에게는 할 수 없어요.".to_owned(),
        Refusal::AccountBanned { until: None } => "들어올 수 없는 계정이에요.".to_owned(),
        Refusal::AccountBanned { until: Some(_) } => "지금은 들어올 수 없는 계정이에요.".to_owned(),
        Refusal::TooLarge => "사진이 너무 커요.".to_owned(),
        Refusal::NotAPicture => "PNG, JPEG, GIF, WebP 사진을 골라 주세요.".to_owned(),
        Refusal::OutOfBounds { least, most } => {
            format!("{least}부터 {most}까지의 수를 적어 주세요.")
        }
        Refusal::NotInTime => "앞으로 1년 안의 시각을 골라 주세요.".to_owned(),
        Refusal::NotAnAddress => "이메일 주소로 쓸 수 없는 값이에요.".to_owned(),
        Refusal::LinkOver => "끝났거나 이미 쓴 링크예요. 새로 요청해 주세요.".to_owned(),
        Refusal::AlreadyDecided => "다른 분이 먼저 결정했어요.".to_owned(),
        Refusal::NoLanguage => "할 줄 아는 언어를 하나 이상 골라 주세요.".to_owned(),
        Refusal::AgeMissing => "먼저 태어난 해를 알려 주세요.".to_owned(),
        Refusal::TooYoung => "아직 이용할 수 없는 나이예요.".to_owned(),
        Refusal::TooSoon { .. } => "아직은 할 수 없어요. 나중에 다시 해 보세요.".to_owned(),
        Refusal::ProposalOver => "이미 끝났어요. 누군가 거절했거나 시간이 지났어요.".to_owned(),
        Refusal::AlreadyAnswered => "이미 답했어요.".to_owned(),
        Refusal::AnswerFirst => "질문에 답하면 이야기를 이어갈 수 있어요.".to_owned(),
        Refusal::NoSkipsLeft => "오늘은 두 번 건너뛰었어요. 내일 다시 해 보세요.".to_owned(),
        Refusal::QuestionOver => "열려 있는 질문이 아니에요.".to_owned(),
        Refusal::NothingToAsk => "물어볼 질문이 없어요. 질문 꾸러미를 골라 주세요.".to_owned(),
        Refusal::NotAgreed => "아직 둘 다 동의하지 않았어요.".to_owned(),
        Refusal::LastOwner => "소유자가 적어도 한 명은 있어야 해요.".to_owned(),
        Refusal::Unknown => "서버가 거절했어요.".to_owned(),
    }
}

/// What a host did, as a line of the log. The reason stands behind it.
fn did(deed: Deed, by: &str, subject: &str, text: &str) -> String {
    match deed {
        Deed::Kicked => format!("{by} 님이 {subject} 님을 내보냈어요"),
        Deed::Banned => format!("{by} 님이 {subject} 님의 입장을 막았어요"),
        Deed::Unbanned => format!("{subject} 님이 다시 들어올 수 있어요"),
        Deed::Muted => format!("{by} 님이 {subject} 님의 발언을 막았어요"),
        Deed::Unmuted => format!("{subject} 님이 다시 말할 수 있어요"),
        Deed::Hosted => format!("이제 {subject} 님이 방장이에요"),
        Deed::CohostMade => format!("{by} 님이 {subject} 님을 부방장으로 정했어요"),
        Deed::CohostEnded => format!("{subject} 님은 이제 부방장이 아니에요"),
        Deed::SpeakerMade => format!("{by} 님이 {subject} 님을 발언자로 정했어요"),
        Deed::SpeakerEnded => format!("{subject} 님은 이제 듣기만 해요"),
        Deed::Renamed => format!("{by} 님이 방 이름을 ‘{text}’(으)로 바꿨어요"),
        Deed::TopicSet if text.is_empty() => format!("{by} 님이 주제를 지웠어요"),
        Deed::TopicSet => format!("{by} 님이 주제를 정했어요: {text}"),
        Deed::CapacitySet => format!("{by} 님이 정원을 {text}명으로 바꿨어요"),
        Deed::SpeedSet => format!("{by} 님이 스피드 대화를 열었어요: {text}분"),
        Deed::SpeedEnded => format!("{by} 님이 스피드 대화를 취소했어요"),
        Deed::SlowSet if text == "0" => format!("{by} 님이 느린 대화를 껐어요"),
        Deed::SlowSet => format!("{by} 님이 느린 대화를 켰어요: {text}초에 한 번"),
        Deed::Locked => format!("{by} 님이 방을 잠갔어요"),
        Deed::Unlocked => format!("{by} 님이 방을 열었어요"),
        Deed::DoorSet => format!("{by} 님이 들어오는 방법을 바꿨어요"),
        Deed::Closed => format!("{by} 님이 방을 닫았어요"),
        Deed::Answered => format!("{by} 님이 질문에 답했어요"),
        Deed::Skipped => format!("{by} 님이 질문을 건너뛰었어요"),
        Deed::QuestionsSet => format!("{by} 님이 질문 설정을 바꿨어요"),
        Deed::Opened => opened(text).to_owned(),
        Deed::Kept => "함께 이야기를 이어가기로 했어요".to_owned(),
    }
}

fn done(done: Done) -> &'static str {
    match done {
        Done::Saved => "저장했어요.",
        Done::Upgraded => "이제 계정이 되었어요. 다음부터는 비밀번호로 로그인할 수 있어요.",
        Done::LoginEnded => "그곳에서 로그아웃했어요.",
        Done::Announced => "공지했어요.",
        Done::LeftRoom => "방에서 나왔어요.",
        Done::Reported => "신고했어요. 질서를 지키는 분들이 살펴보고 결과를 알려 드릴게요.",
        Done::Decided => "결정했어요. 두 사람에게 알렸어요.",
        Done::ResetAsked => {
            "그런 계정이 있고 이메일 주소가 등록되어 있다면, 그 주소로 링크를 보냈어요."
        }
        Done::PasswordSet => "새 비밀번호를 정했어요. 새 비밀번호로 로그인해 주세요.",
        Done::SignedOut => "로그아웃했어요. 또 만나요.",
        Done::Planned => "그때 보낼게요.",
        Done::Cancelled => "보내지 않기로 했어요.",
        Done::WillRemind => "그때 알려 드릴게요.",
        Done::Dismissed => "알림을 지웠어요.",
        Done::LookoutKept => "하루 안에 그런 사람이 오면 한 번 알려 드릴게요.",
        Done::LookoutEnded => "더는 알려 드리지 않아요.",
        Done::Accepted => "이제 서로 메시지를 보낼 수 있어요.",
        Done::Declined => "요청을 거절했어요. 상대에게는 알리지 않아요.",
        Done::Blocked => "차단했어요. 상대에게는 알리지 않아요.",
        Done::Unblocked => "차단을 풀었어요.",
        Done::RoomMade => "방을 만들었어요.",
        Done::RoomClosed => "방을 닫았어요.",
        Done::Acted => "그렇게 했어요.",
        Done::Invited => "초대 링크를 만들었어요. 링크는 지금만 볼 수 있어요.",
        Done::InviteTaken => "초대를 거두었어요.",
        Done::Waits => "자리가 나기를 기다리고 있어요. 차례가 되면 들어가요.",
        Done::WaitsNot => "이제 기다리지 않아요.",
    }
}

fn day(civil: &Civil, with_year: bool) -> String {
    let weekday =
        ["일", "월", "화", "수", "목", "금", "토"].get(civil.weekday).copied().unwrap_or_default();
    if with_year {
        format!("{}년 {}월 {}일 {weekday}요일", civil.year, civil.month, civil.day)
    } else {
        format!("{}월 {}일 {weekday}요일", civil.month, civil.day)
    }
}

/// What all agreed to show, by its name on the wire.
fn opened(step: &str) -> &'static str {
    match step {
        "links" => "이제 링크를 열 수 있어요",
        "pictures" => "이제 사진을 볼 수 있어요",
        "names" => "이제 서로 누구인지 알 수 있어요",
        _ => "서로를 더 보여 주기로 했어요",
    }
}
