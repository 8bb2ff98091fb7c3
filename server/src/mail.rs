//! Mail: letters go out in the background, and no request waits for them.

mod letters;

pub(crate) use letters::reset;

use crate::config::MailConfig;
use app::protocol::refusal::Refusal;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{Mailbox, header::ContentType},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};

/// Letters under way at a time; those who want more are told to come back.
const LETTERS_MAX: usize = 64;
/// The pause that they are told.
const BUSY_MS: u32 = 30_000;
/// A letter that the server did not take is tried again after these pauses.
const PAUSES: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(10), Duration::from_mins(1)];

/// Something to be mailed.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) to: Address,
    pub(crate) subject: String,
    pub(crate) text: String,
}

/// The way to the mail server. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    places: Arc<Semaphore>,
}

impl Mailer {
    /// None where no mail is sent.
    pub(crate) fn new(config: &MailConfig) -> Option<Self> {
        let places = Arc::new(Semaphore::new(LETTERS_MAX));
        Some(Self { transport: config.transport()?, from: config.from().clone(), places })
    }

    /// A place among the letters under way.
    pub(crate) fn place(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        let busy = |_| Refusal::Busy { retry_after_ms: BUSY_MS };
        self.places.clone().try_acquire_owned().map_err(busy)
    }

    /// Sends a letter, and tries again where the server is away. What came of it is logged.
    pub(crate) async fn send(&self, letter: Letter) {
        let Some(message) = self.written(letter) else { return };
        for pause in PAUSES.map(Some).into_iter().chain([None]) {
            let Err(error) = self.transport.send(message.clone()).await else {
                tracing::info!("mailed a letter");
                return;
            };
            tell(&error);
            match pause {
                Some(pause) if !error.is_permanent() => sleep(pause).await,
                _ => break,
            }
        }
        tracing::error!("a letter could not be mailed");
    }

    fn written(&self, letter: Letter) -> Option<Message> {
        let id = format!("<{}@{}>", uuid::Uuid::new_v4(), self.from.email.domain());
        let written = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, letter.to))
            .subject(letter.subject)
            .message_id(Some(id))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text);
        written.inspect_err(|error| tracing::error!(%error, "a letter cannot be written")).ok()
    }
}

/// What a server answers may name the address, and addresses are not logged.
fn tell(error: &lettre::transport::smtp::Error) {
    if let Some(status) = error.status() {
        tracing::warn!(%status, "the mail server did not take a letter");
    } else {
        tracing::warn!(%error, "the mail server cannot be reached");
    }
}
