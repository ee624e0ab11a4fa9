//! The part of HTTP that is needed to ask the emulator for its status.

use std::{io, net::Ipv4Addr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

/// How long an answer may take: moto needs some seconds to empty a large stack.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends a request without a body to this machine, and returns the status of the answer.
pub(crate) async fn ask(port: u16, method: &str, path: &str) -> io::Result<u16> {
    let asking = async {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await?;
        // Read to the end, because an answer that is cut off is an error in the emulator's log.
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        status(&answer).ok_or_else(|| io::Error::other("the answer is not HTTP"))
    };
    time::timeout(PATIENCE, asking).await?
}

/// The status of an answer, such as `HTTP/1.1 200 OK`.
fn status(answer: &[u8]) -> Option<u16> {
    let line = answer.split(|byte| *byte == b'\r').next()?;
    let mut words = str::from_utf8(line).ok()?.split(' ');
    words.next().filter(|word| word.starts_with("HTTP/"))?;
    words.next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_the_second_word_of_an_http_answer() {
        assert_eq!(status(b"HTTP/1.1 200 OK\r\nDate: x\r\n\r\n{}"), Some(200));
        assert_eq!(status(b"HTTP/1.0 404 NOT FOUND\r\n\r\n"), Some(404));
        assert_eq!(status(b"SSH-2.0-OpenSSH_9.6\r\n"), None);
        assert_eq!(status(b""), None);
    }
}
