//! A small mail server (RFC 5321): takes messages within bounds and keeps them in a tray.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use heqi_vocabulary::{Clock, MessageChannel};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::{Caught, Tray};

mod mail;

/// The longest line, in bytes; RFC 5321 section 4.5.3.1 asks for 1,000.
const MAX_LINE: u64 = 4096;
/// The longest message, in bytes.
const MAX_MESSAGE: usize = 1024 * 1024;
/// Recipients of one message.
const MAX_RECIPIENTS: usize = 100;
/// How long the other side may think.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a server answers; tests make it refuse.
pub trait Manners: Send + Sync {
    /// The answer to a recipient: `None` takes it, else code and words.
    fn recipient(&self, _address: &str) -> Option<&'static str> {
        None
    }

    /// The answer to a message: `None` takes it; an empty text hangs up without an answer.
    fn message(&self, _text: &str) -> Option<&'static str> {
        None
    }
}

/// Takes everything.
#[derive(Clone, Copy, Debug, Default)]
pub struct TakesAll;

impl Manners for TakesAll {}

/// Serves connections until the future is dropped.
///
/// # Errors
/// The listener failed.
pub async fn serve(
    listener: TcpListener,
    tray: Tray,
    clock: Arc<dyn Clock>,
    manners: Arc<dyn Manners>,
) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let (tray, clock, manners) = (tray.clone(), clock.clone(), manners.clone());
        tokio::spawn(async move {
            // A client that misbehaves or goes away harms itself only.
            let _ = session(stream, &tray, &*clock, &*manners).await;
        });
    }
}

/// One connection, over any stream: plain, or TLS that the caller has set up.
///
/// # Errors
/// The connection broke, was silent too long, or said too much.
pub async fn session<S: AsyncRead + AsyncWrite + Send + Unpin>(
    stream: S,
    tray: &Tray,
    clock: &dyn Clock,
    manners: &dyn Manners,
) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut recipients: Vec<String> = Vec::new();
    let mut has_sender = false;
    answer(&mut stream, "220 catcher ESMTP").await?;
    loop {
        let Some(line) = line(&mut stream).await? else { return Ok(()) };
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb: String = line.chars().take(4).map(|c| c.to_ascii_uppercase()).collect();
        match verb.as_str() {
            "EHLO" => {
                answer(&mut stream, "250-catcher\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-AUTH PLAIN\r\n250 SIZE 1048576").await?;
            }
            "HELO" | "NOOP" => answer(&mut stream, "250 ok").await?,
            "AUTH" => answer(&mut stream, "235 ok").await?,
            "RSET" => {
                (recipients, has_sender) = (Vec::new(), false);
                answer(&mut stream, "250 ok").await?;
            }
            "MAIL" => {
                (recipients, has_sender) = (Vec::new(), true);
                answer(&mut stream, "250 ok").await?;
            }
            "RCPT" => match path(&line) {
                Some(_) if !has_sender => answer(&mut stream, "503 MAIL first").await?,
                Some(_) if recipients.len() >= MAX_RECIPIENTS => {
                    answer(&mut stream, "452 too many recipients").await?;
                }
                Some(address) => {
                    if let Some(refusal) = manners.recipient(&address) {
                        answer(&mut stream, refusal).await?;
                    } else {
                        recipients.push(address);
                        answer(&mut stream, "250 ok").await?;
                    }
                }
                None => answer(&mut stream, "501 no address").await?,
            },
            "DATA" if recipients.is_empty() => answer(&mut stream, "503 RCPT first").await?,
            "DATA" => {
                answer(&mut stream, "354 go on").await?;
                let Some(text) = data(&mut stream).await? else {
                    answer(&mut stream, "552 too long").await?;
                    return Ok(());
                };
                let text = String::from_utf8_lossy(&text).into_owned();
                match manners.message(&text) {
                    Some("") => return Ok(()),
                    Some(refusal) => answer(&mut stream, refusal).await?,
                    None => {
                        keep(tray, &text, &recipients, clock);
                        answer(&mut stream, "250 taken").await?;
                    }
                }
                (recipients, has_sender) = (Vec::new(), false);
            }
            "QUIT" => return answer(&mut stream, "221 bye").await,
            _ => answer(&mut stream, "502 not here").await?,
        }
    }
}

fn keep(tray: &Tray, text: &str, recipients: &[String], clock: &dyn Clock) {
    let mail = mail::Mail::parse(text);
    for to in recipients {
        tray.put(Caught {
            channel: MessageChannel::Email,
            message: mail.message.clone(),
            to: to.clone(),
            subject: Some(mail.subject.clone()),
            text: mail.text.clone(),
            received_at: clock.now(),
        });
    }
}

/// The address of `RCPT TO:<address>`.
fn path(line: &str) -> Option<String> {
    let (_, after) = line.split_once('<')?;
    let (address, _) = after.split_once('>')?;
    (address.contains('@')).then(|| address.to_owned())
}

async fn answer<S: AsyncWrite + Unpin>(stream: &mut S, text: &str) -> io::Result<()> {
    let sent = async {
        stream.write_all(text.as_bytes()).await?;
        stream.write_all(b"\r\n").await?;
        stream.flush().await
    };
    timeout(PATIENCE, sent).await.map_err(|_| io::ErrorKind::TimedOut)?
}

/// One line, or nothing at the end.
async fn line<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let mut bounded = stream.take(MAX_LINE);
    let read = timeout(PATIENCE, bounded.read_until(b'\n', &mut line));
    let read = read.await.map_err(|_| io::ErrorKind::TimedOut)??;
    match read {
        0 => Ok(None),
        _ if line.ends_with(b"\n") => Ok(Some(line)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// The text after DATA, its dots unstuffed; nothing when it is too long.
async fn data<S: AsyncRead + Unpin>(stream: &mut BufReader<S>) -> io::Result<Option<Vec<u8>>> {
    let mut text = Vec::new();
    loop {
        let Some(line) = line(stream).await? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        if line == b".\r\n" || line == b".\n" {
            return Ok(Some(text));
        }
        text.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
        if text.len() > MAX_MESSAGE {
            return Ok(None);
        }
    }
}
