//! Each fault, over real sockets. Time is virtual where a fault takes time, so that a minute of delay costs none.

use std::{io::ErrorKind, time::Duration};

use tieline_fault::{Cut, Proxy, Way, Weather};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::Instant,
};

/// A proxy with one connection through it: both of its ends are the test's.
struct Line {
    proxy: Proxy,
    listener: TcpListener,
    client: TcpStream,
    server: TcpStream,
}

impl Line {
    async fn open(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Proxy::start(listener.local_addr().unwrap(), seed).await.unwrap();
        let (client, server) = dial(&proxy, &listener).await;
        Self { proxy, listener, client, server }
    }
}

async fn dial(proxy: &Proxy, listener: &TcpListener) -> (TcpStream, TcpStream) {
    let client = TcpStream::connect(proxy.address()).await.unwrap();
    let (server, _) = listener.accept().await.unwrap();
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    (client, server)
}

async fn read(stream: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

/// How the stream ended, after whatever was still to be read.
async fn end(stream: &mut TcpStream) -> Result<(), ErrorKind> {
    stream.read_to_end(&mut Vec::new()).await.map(drop).map_err(|error| error.kind())
}

fn is_silent(stream: &TcpStream) -> bool {
    matches!(stream.try_read(&mut [0; 1]), Err(error) if error.kind() == ErrorKind::WouldBlock)
}

#[tokio::test]
async fn in_calm_weather_every_byte_arrives_both_ways() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|n| (n % 251) as u8).collect();
    for way in Way::BOTH {
        let ends = (&mut client, &mut server);
        let (from, to) = if way == Way::ToServer { ends } else { (ends.1, ends.0) };
        let (sent, arrived) = tokio::join!(from.write_all(&bytes), read(to, bytes.len()));
        sent.unwrap();
        assert!(arrived == bytes, "{way:?}");
        let traffic = proxy.traffic(way);
        assert_eq!((traffic.taken, traffic.passed, traffic.lost), (1_000_000, 1_000_000, 0));
    }
    drop(client);
    assert_eq!(end(&mut server).await, Ok(()));
}

#[tokio::test(start_paused = true)]
async fn delay_is_as_long_as_it_was_said_and_in_its_direction_only() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    proxy.set(Way::ToServer, Weather::slow(Duration::from_secs(60), Duration::ZERO));
    let began = Instant::now();
    client.write_all(b"late").await.unwrap();
    assert_eq!(read(&mut server, 4).await, b"late");
    assert_eq!(began.elapsed().as_secs(), 60);
    server.write_all(b"at once").await.unwrap();
    assert_eq!(read(&mut client, 7).await, b"at once");
    assert_eq!(began.elapsed().as_secs(), 60);
}

async fn delays(seed: u64) -> Vec<u128> {
    let Line { mut client, mut server, proxy, .. } = Line::open(seed).await;
    let (delay, jitter) = (Duration::from_secs(1), Duration::from_secs(9));
    proxy.set(Way::ToServer, Weather::slow(delay, jitter));
    let mut delays = Vec::new();
    for n in 0..20 {
        let began = Instant::now();
        client.write_all(&[n]).await.unwrap();
        assert_eq!(read(&mut server, 1).await, [n], "never one before another");
        delays.push(began.elapsed().as_millis());
    }
    delays
}

#[tokio::test(start_paused = true)]
async fn jitter_is_drawn_from_the_seed() {
    let first = delays(7).await;
    assert!(first.iter().all(|delay| (1_000..=10_001).contains(delay)), "{first:?}");
    assert!(first.iter().max() > first.iter().min().map(|least| least + 2_000).as_ref(), "{first:?}");
    assert_eq!(first, delays(7).await);
    assert_ne!(first, delays(8).await);
}

#[tokio::test]
async fn a_reset_is_one_at_both_ends() {
    let Line { mut client, mut server, proxy, listener } = Line::open(1).await;
    proxy.cut(Cut::Reset);
    assert_eq!(end(&mut client).await, Err(ErrorKind::ConnectionReset));
    assert_eq!(end(&mut server).await, Err(ErrorKind::ConnectionReset));
    // It hit those who were there, nobody after.
    let (mut client, mut server) = dial(&proxy, &listener).await;
    client.write_all(b"again").await.unwrap();
    assert_eq!(read(&mut server, 5).await, b"again");
}

#[tokio::test]
async fn a_finish_is_an_end_in_good_order_though_bytes_come_late() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    proxy.cut(Cut::Finish);
    assert_eq!(end(&mut client).await, Ok(()));
    client.write_all(b"nobody reads this").await.unwrap();
    client.shutdown().await.unwrap();
    assert_eq!(end(&mut server).await, Ok(()));
}

#[tokio::test]
async fn a_half_closed_connection_still_speaks_the_other_way() {
    for way in Way::BOTH {
        let Line { client, server, proxy, .. } = Line::open(1).await;
        let (mut told, mut other) = if way == Way::ToServer { (server, client) } else { (client, server) };
        proxy.cut(Cut::Half(way));
        assert_eq!(end(&mut told).await, Ok(()), "{way:?}");
        told.write_all(b"are you there?").await.unwrap();
        assert_eq!(read(&mut other, 14).await, b"are you there?", "{way:?}");
    }
}

#[tokio::test]
async fn a_black_hole_takes_everything_and_tells_nobody() {
    let Line { mut client, server, proxy, listener } = Line::open(1).await;
    proxy.set(Way::ToServer, Weather::BLACK_HOLE);
    client.write_all(b"lost").await.unwrap();
    proxy.carried(Way::ToServer, |traffic| traffic.lost == 4).await;
    // Nor is the hole ever closed for this connection: its reader would see a stream with bytes missing.
    proxy.set(Way::ToServer, Weather::CALM);
    client.write_all(b"too").await.unwrap();
    proxy.carried(Way::ToServer, |traffic| traffic.lost == 7).await;
    assert!(is_silent(&server));
    assert_eq!(proxy.traffic(Way::ToServer).passed, 0);
    let (mut client, mut server) = dial(&proxy, &listener).await;
    client.write_all(b"a new one").await.unwrap();
    assert_eq!(read(&mut server, 9).await, b"a new one");
}

#[tokio::test]
async fn a_black_hole_hides_that_the_peer_went_away() {
    let Line { mut client, server, proxy, .. } = Line::open(1).await;
    proxy.set(Way::ToServer, Weather::BLACK_HOLE);
    client.write_all(b"last words").await.unwrap();
    client.shutdown().await.unwrap();
    proxy.carried(Way::ToServer, |traffic| traffic.lost == 10).await;
    assert!(is_silent(&server));
}

#[tokio::test]
async fn at_a_standstill_bytes_wait_and_then_arrive_in_order() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    proxy.set(Way::ToServer, Weather::STANDSTILL);
    client.write_all(b"first ").await.unwrap();
    proxy.carried(Way::ToServer, |traffic| traffic.taken == 6).await;
    client.write_all(b"second").await.unwrap();
    proxy.carried(Way::ToServer, |traffic| traffic.taken == 12).await;
    assert!(is_silent(&server));
    proxy.set(Way::ToServer, Weather::CALM);
    assert_eq!(read(&mut server, 12).await, b"first second");
}

#[tokio::test(start_paused = true)]
async fn a_slow_line_carries_so_many_bytes_a_second() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    proxy.set(Way::ToServer, Weather { bytes_per_second: Some(1_000), ..Weather::CALM });
    let began = Instant::now();
    client.write_all(&[7; 10_000]).await.unwrap();
    read(&mut server, 10_000).await;
    assert_eq!(began.elapsed().as_secs(), 10);
}

#[tokio::test(start_paused = true)]
async fn pieces_are_as_small_as_they_were_said() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    // The rate keeps the pieces apart, or the kernel would show several at once.
    proxy.set(Way::ToServer, Weather { bytes_per_second: Some(1), ..Weather::sliced(1) });
    client.write_all(b"frame").await.unwrap();
    for byte in b"frame" {
        let mut buffer = [0; 64];
        assert_eq!(server.read(&mut buffer).await.unwrap(), 1);
        assert_eq!(&buffer[..1], [*byte]);
    }
}

#[tokio::test]
async fn a_line_can_break_in_the_middle_of_a_frame() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    proxy.set(Way::ToClient, Weather { reset_after_bytes: Some(3), ..Weather::CALM });
    server.write_all(b"frame").await.unwrap();
    assert_eq!(read(&mut client, 3).await, b"fra");
    assert_eq!(end(&mut client).await, Err(ErrorKind::ConnectionReset));
    assert_eq!(end(&mut server).await, Err(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn newcomers_are_turned_away_and_those_inside_stay() {
    let Line { mut client, mut server, proxy, .. } = Line::open(1).await;
    proxy.turn_away(true);
    let mut newcomer = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(end(&mut newcomer).await, Err(ErrorKind::ConnectionReset));
    client.write_all(b"inside").await.unwrap();
    assert_eq!(read(&mut server, 6).await, b"inside");
}

#[tokio::test]
async fn newcomers_are_led_to_another_server() {
    let Line { proxy, .. } = Line::open(1).await;
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    proxy.lead_to(other.local_addr().unwrap());
    let (mut client, mut server) = dial(&proxy, &other).await;
    client.write_all(b"hello").await.unwrap();
    assert_eq!(read(&mut server, 5).await, b"hello");
}

#[tokio::test]
async fn where_nobody_listens_the_client_is_reset() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = listener.local_addr().unwrap();
    drop(listener);
    let proxy = Proxy::start(gone, 1).await.unwrap();
    let mut client = TcpStream::connect(proxy.address()).await.unwrap();
    assert_eq!(end(&mut client).await, Err(ErrorKind::ConnectionReset));
}

#[tokio::test]
async fn a_dropped_proxy_takes_its_connections_along() {
    let Line { proxy, mut client, .. } = Line::open(1).await;
    drop(proxy);
    // In good order or not: over.
    let _ = end(&mut client).await;
    assert!(
        client.try_read(&mut [0; 1]).is_ok_and(|length| length == 0) || client.write(b"x").await.is_err()
    );
}
