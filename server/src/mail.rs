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
        let mut journey = Journey { arrived: false, trouble: "the server stops".to_owned() };
        for pause in PAUSES.map(Some).into_iter().chain([None]) {
            let Err(error) = self.transport.send(message.clone()).await else {
                tracing::info!("mailed a letter");
                journey.arrived = true;
                return;
            };
            journey.trouble = trouble(&error);
            match pause {
                Some(pause) if !error.is_permanent() => {
                    tracing::warn!(why = journey.trouble, "a letter is tried again later");
                    sleep(pause).await;
                }
                _ => return,
            }
        }
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
        written.inspect_err(|error| lost(&error.to_string())).ok()
    }
}

/// A letter that was begun to be sent. However that ends, also by the server's end, a letter that
/// did not arrive is told as lost.
struct Journey {
    arrived: bool,
    /// What the last try came to.
    trouble: String,
}

impl Drop for Journey {
    fn drop(&mut self) {
        if !self.arrived {
            lost(&self.trouble);
        }
    }
}

/// Tells the operator that somebody waits for a letter in vain.
fn lost(why: &str) {
    metrics::counter!("maru_letters_lost_total").increment(1);
    tracing::error!(why, "a letter could not be mailed and is given up");
}

/// What a server answers may name the address, and addresses are not logged.
fn trouble(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(status) => format!("the mail server did not take it ({status})"),
        None => format!("the mail server cannot be reached ({error})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use metrics_exporter_prometheus::PrometheusBuilder;
    use std::{
        io::Write,
        sync::{Mutex, PoisonError},
    };
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::TcpListener,
        sync::Notify,
    };

    /// What was logged.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// A mailer whose server answers every letter so, and says that it did.
    async fn mailer(answer: &'static str) -> (Mailer, Arc<Notify>) {
        let answered = Arc::<Notify>::default();
        let tells = answered.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("its address").port();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut stream = BufReader::new(stream);
                let (mut line, mut say) = (String::new(), "220 here");
                while stream.write_all(format!("{say}\r\n").as_bytes()).await.is_ok() {
                    line.clear();
                    if stream.read_line(&mut line).await.unwrap_or_default() == 0 {
                        break;
                    }
                    say = if line.starts_with("MAIL") { answer } else { "250 ok" };
                    // What it answers to what follows comes after the answer itself.
                    if say != answer && !line.starts_with("EHLO") {
                        tells.notify_one();
                    }
                }
            }
        });
        let places = Arc::new(Semaphore::new(LETTERS_MAX));
        let transport =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1").port(port).build();
        let from = "maru@mail.example".parse().expect("an address");
        (Mailer { transport, from, places }, answered)
    }

    fn letter() -> Letter {
        let to = "ann@mail.example".parse().expect("an address");
        Letter { to, subject: "hello".into(), text: "a secret link".into() }
    }

    /// What the operator learns of a letter: the log, and the figures.
    async fn told(sending: impl Future<Output = ()>) -> (String, String) {
        let log = Log::default();
        let writer = log.clone();
        let logs = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        let recorder = PrometheusBuilder::new().build_recorder();
        {
            let _logs = tracing::subscriber::set_default(logs);
            let _figures = metrics::set_default_local_recorder(&recorder);
            sending.await;
        }
        let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        (String::from_utf8(log).expect("text"), recorder.handle().render())
    }

    #[tokio::test]
    async fn a_letter_that_is_given_up_is_told_with_its_reason_and_nothing_secret() {
        let (mailer, _) = mailer("550 no ann@mail.example here").await;
        let (log, figures) = told(mailer.send(letter())).await;
        assert!(log.contains("ERROR") && log.contains("given up") && log.contains("550"), "{log}");
        assert!(!log.contains("ann@") && !log.contains("secret"), "{log}");
        assert!(figures.contains("maru_letters_lost_total 1"), "{figures}");
    }

    #[tokio::test]
    async fn a_letter_that_a_stop_cuts_off_is_told_as_lost() {
        let (mailer, answered) = mailer("451 later").await;
        let cut = async {
            tokio::select! {
                () = mailer.send(letter()) => panic!("it was to be tried again"),
                () = answered.notified() => {}
            }
        };
        let (log, figures) = told(cut).await;
        assert!(log.contains("ERROR") && log.contains("given up"), "{log}");
        assert!(figures.contains("maru_letters_lost_total 1"), "{figures}");
    }
}
