//! A socket that breaks off, trickles or is reset when it is told to.

use std::future::Future;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// How a socket treats what is written to it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Manner {
    /// As a socket does.
    #[default]
    Plain,
    /// Passes so many bytes on, in pieces of a length with a pause after each. Then it is plain again.
    Trickle { left: usize, piece: usize, pause: Duration },
    /// Passes so many bytes on, then fails.
    BreakOff { left: usize },
    /// Is reset when it is dropped: the peer sees no orderly end.
    Reset,
}

/// The manner of a socket, which hyper owns, in the hands of the service that answers on it. One request at a time is
/// under way on an HTTP/1.1 connection, so what is set before its answer is about its answer.
#[derive(Debug, Clone, Default)]
pub(super) struct Conduct(Arc<Mutex<Manner>>);

impl Conduct {
    pub(super) fn set(&self, manner: Manner) {
        *self.manner() = manner;
    }

    fn manner(&self) -> MutexGuard<'_, Manner> {
        self.0.lock().expect("no panic")
    }
}

/// A socket with a [`Conduct`].
pub(super) struct Wire {
    socket: TcpStream,
    conduct: Conduct,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Wire {
    pub(super) fn new(socket: TcpStream, conduct: Conduct) -> Self {
        Self { socket, conduct, pause: None }
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if matches!(*self.conduct.manner(), Manner::Reset) {
            reset_at_drop(&self.socket);
        }
    }
}

/// Without lingering, closing a socket sends a reset, and what is not sent yet never is.
pub(super) fn reset_at_drop(socket: &TcpStream) {
    // Fails only where the connection is gone already.
    drop(socket.set_zero_linger());
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let Self { socket, conduct, pause } = self.get_mut();
        if let Some(waiting) = pause {
            ready!(waiting.as_mut().poll(context));
            *pause = None;
        }
        let mut write = |buffer: &[u8]| Pin::new(&mut *socket).poll_write(context, buffer);
        let mut manner = conduct.manner();
        match &mut *manner {
            Manner::Plain | Manner::Reset => write(buffer),
            Manner::BreakOff { left: 0 } => Poll::Ready(Err(ErrorKind::BrokenPipe.into())),
            Manner::BreakOff { left } => {
                let written = ready!(write(&buffer[..buffer.len().min(*left)]))?;
                *left -= written;
                Poll::Ready(Ok(written))
            }
            Manner::Trickle { left, piece, pause: length } => {
                let written = ready!(write(&buffer[..buffer.len().min(*piece).min(*left)]))?;
                *left -= written;
                if *left == 0 {
                    *manner = Manner::Plain;
                } else {
                    *pause = Some(Box::pin(sleep(*length)));
                }
                Poll::Ready(Ok(written))
            }
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let is_plain = self.pause.is_none() && matches!(*self.conduct.manner(), Manner::Plain);
        if is_plain {
            return Pin::new(&mut self.socket).poll_write_vectored(context, buffers);
        }
        let first = buffers.iter().find(|buffer| !buffer.is_empty()).map_or(&[][..], |buffer| buffer);
        self.poll_write(context, first)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}
