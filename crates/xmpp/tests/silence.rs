//! A server that says nothing any more is noticed, however much goes on in the sessions.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tieline_connector::{Bridge, Due, Handed, Heard, Hint, Host, Standing, Taken, Trouble};
use tieline_protocol::{FileId, Seq, SessionId};
use tieline_xmpp::{
    Setup,
    address::{Domains, Mode},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{mpsc, watch},
    time::{Instant, sleep, timeout},
};
use uuid::Uuid;

/// A gateway without sessions, which keeps what it is told of the line.
#[derive(Clone)]
struct NoSessions(watch::Sender<Vec<Standing>>);

impl Host for NoSessions {
    async fn sessions(&self) -> Result<Vec<SessionId>, Trouble> {
        Ok(Vec::new())
    }
    async fn bridge(&self, _: SessionId) -> Result<Option<Bridge>, Trouble> {
        Ok(None)
    }
    async fn due(&self, _: SessionId, _: Seq) -> Result<Vec<Due>, Trouble> {
        Ok(Vec::new())
    }
    async fn handed(&self, _: SessionId, _: Handed) -> Result<(), Trouble> {
        Ok(())
    }
    async fn placed(&self, _: SessionId, _: String) -> Result<(), Trouble> {
        Ok(())
    }
    async fn told(&self, _: SessionId, _: u32) -> Result<(), Trouble> {
        Ok(())
    }
    async fn session_at(&self, _: &str) -> Result<Option<SessionId>, Trouble> {
        Ok(None)
    }
    async fn file_bytes(&self, _: FileId) -> Result<Option<Vec<u8>>, Trouble> {
        Ok(None)
    }
    async fn take(&self, _: Heard) -> Result<Taken, Trouble> {
        Ok(Taken::Nothing)
    }
    async fn delivered(&self, _: SessionId, _: &str, _: Vec<String>) {}
    async fn read(&self, _: SessionId, _: &str, _: Vec<String>) {}
    async fn name_at(&self, _: SessionId, _: Seq) -> Option<String> {
        None
    }
    async fn typing(&self, _: SessionId, _: &str, _: bool) {}
    async fn attend(&self, _: SessionId, _: &str, _: bool) {}
    fn report(&self, standing: Standing) {
        self.0.send_modify(|all| all.push(standing));
    }
}

/// Takes a component in, and then only reads. Gives what it read.
async fn silent_server(listener: TcpListener, heard: Arc<Mutex<String>>) {
    let Ok((mut socket, _)) = listener.accept().await else { return };
    let mut buffer = [0; 4096];
    let greeting = "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' \
                    from='chat.shop.example' id='1'>";
    for answer in [greeting, "<handshake/>"] {
        let _ = socket.read(&mut buffer).await;
        let _ = socket.write_all(answer.as_bytes()).await;
    }
    while let Ok(count @ 1..) = socket.read(&mut buffer).await {
        let text = String::from_utf8_lossy(buffer.get(..count).unwrap_or_default()).into_owned();
        heard.lock().unwrap().push_str(&text);
    }
}

#[tokio::test]
async fn hints_do_not_put_off_the_end_of_a_dead_line() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = listener.local_addr().unwrap().to_string();
    let heard = Arc::new(Mutex::new(String::new()));
    tokio::spawn(silent_server(listener, Arc::clone(&heard)));
    let domains =
        Domains { component: "chat.shop.example".into(), mode: Mode::Rooms("rooms.shop.example".into()) };
    let (standings, mut told) = watch::channel(Vec::new());
    let (hints, inbox) = mpsc::unbounded_channel();
    tokio::spawn(tieline_xmpp::run(
        Setup { server, domains, secret: "s".into() },
        NoSessions(standings),
        inbox,
    ));
    told.wait_for(|all| all.contains(&Standing::Up)).await.unwrap();
    // From here on nothing is waited for but time.
    tokio::time::pause();
    let up_at = Instant::now();
    // Something happens in some session every second.
    let busy = async {
        loop {
            sleep(Duration::from_secs(1)).await;
            hints.send(Hint::Stirred(SessionId(Uuid::from_u128(7)))).unwrap();
        }
    };
    let is_down = |all: &Vec<Standing>| all.iter().any(|standing| matches!(standing, Standing::Down { .. }));
    let down = timeout(Duration::from_secs(600), told.wait_for(is_down));
    tokio::select! {
        () = busy => {}
        down = down => assert!(down.is_ok_and(|told| told.is_ok()), "after ten minutes it still counts as up"),
    }
    // Asked after half a minute, given up after another.
    assert_eq!(up_at.elapsed().as_secs_f32().round() as u32, 60);
    assert!(heard.lock().unwrap().contains("urn:xmpp:ping"));
}
