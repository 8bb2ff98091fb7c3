//! Refusals as HTTP answers: the one place that maps them to status codes.

use app::protocol::refusal::Refusal;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header::RETRY_AFTER},
    response::{IntoResponse, Response},
};

/// A refusal on its way out of the API: its status, and itself as JSON.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused(pub(super) Refusal);

impl<E: Into<Refusal>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = (status_of(self.0), Json(self.0)).into_response();
        if let Some(ms) = self.0.retry_after_ms() {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(ms.div_ceil(1000)));
        }
        response
    }
}

/// The status of a refusal.
pub(super) fn status_of(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Malformed | Refusal::UnknownPacket => StatusCode::BAD_REQUEST,
        Refusal::NotSignedIn | Refusal::WrongCredentials => StatusCode::UNAUTHORIZED,
        Refusal::NotAllowed
        | Refusal::NotEntered
        | Refusal::ForeignOrigin
        | Refusal::Banned { .. }
        | Refusal::Muted { .. }
        | Refusal::WrongPassword
        | Refusal::Locked
        | Refusal::SpeakersOnly
        | Refusal::NotReachable
        | Refusal::NotAnswered
        | Refusal::CannotToOneself
        | Refusal::AccountBanned { .. }
        | Refusal::TooYoung
        | Refusal::TooSoon { .. }
        | Refusal::AnswerFirst
        | Refusal::NotAgreed => StatusCode::FORBIDDEN,
        Refusal::NoSuchRoom | Refusal::NotFound => StatusCode::NOT_FOUND,
        Refusal::Closed
        | Refusal::InviteOver
        | Refusal::LinkOver
        | Refusal::ProposalOver
        | Refusal::QuestionOver => StatusCode::GONE,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Full { .. }
        | Refusal::NameTaken
        | Refusal::TooMany { .. }
        | Refusal::AlreadyDecided
        | Refusal::LastOwner
        | Refusal::AgeMissing
        | Refusal::AlreadyAnswered
        | Refusal::NoSkipsLeft
        | Refusal::NothingToAsk => StatusCode::CONFLICT,
        Refusal::Empty
        | Refusal::TooLong { .. }
        | Refusal::NameLength { .. }
        | Refusal::NameCharacters
        | Refusal::NotAPicture
        | Refusal::NotAnAddress
        | Refusal::OutOfBounds { .. }
        | Refusal::PasswordLength { .. }
        | Refusal::PasswordCommon
        | Refusal::NotInTime
        | Refusal::NoLanguage => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::TooFast { .. } | Refusal::SlowMode { .. } | Refusal::TooManyInFlight => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Refusal::Busy { .. } => StatusCode::SERVICE_UNAVAILABLE,
        Refusal::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        Refusal::Internal | Refusal::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
