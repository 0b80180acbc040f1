//! One connection: two pumps, and the cuts.

use std::io;

use fastrand::Rng;
use tokio::{
    io::{AsyncWriteExt, copy, sink},
    net::TcpStream,
    sync::watch,
};

use crate::{
    orders::{Cuts, Orders, Tally},
    pump::Pump,
    weather::Way,
};

enum End {
    /// Both directions came to their end.
    Over,
    Finish,
    Reset,
}

/// Carries a connection until it ends by itself or is cut.
pub(crate) async fn carry(
    mut client: TcpStream,
    mut orders: watch::Receiver<Orders>,
    tally: Tally,
    mut rng: Rng,
) {
    let before = orders.borrow().cuts();
    let upstream = orders.borrow().upstream;
    let Ok(mut server) = TcpStream::connect(upstream).await else {
        // Nobody listens there: the client learns it as if it had dialled by itself.
        return reset(&client);
    };
    if client.set_nodelay(true).and_then(|()| server.set_nodelay(true)).is_err() {
        return;
    }
    let pump = |way, rng| Pump { way, orders: orders.clone(), tally: tally.clone(), before, rng };
    let (there, back) = (pump(Way::ToServer, rng.fork()), pump(Way::ToClient, rng.fork()));
    let end = {
        let (client_reads, client_writes) = client.split();
        let (server_reads, server_writes) = server.split();
        let carried = async {
            tokio::try_join!(there.run(client_reads, server_writes), back.run(server_reads, client_writes))
        };
        let is_cut = |cuts: Cuts| cuts.resets > before.resets || cuts.finishes > before.finishes;
        let cut = async { orders.wait_for(|orders| is_cut(orders.cuts())).await.map(|orders| orders.cuts()) };
        tokio::select! {
            biased;
            cuts = cut => match cuts {
                Ok(cuts) if cuts.finishes > before.finishes => End::Finish,
                _ => End::Reset,
            },
            carried = carried => if carried.is_ok() { End::Over } else { End::Reset },
        }
    };
    match end {
        End::Over => {}
        End::Finish => {
            let _ = tokio::join!(finish(client), finish(server));
        }
        End::Reset => {
            reset(&client);
            reset(&server);
        }
    }
}

/// Whoever closes with bytes unread sends a reset; so they are read.
async fn finish(mut stream: TcpStream) -> io::Result<()> {
    stream.shutdown().await?;
    copy(&mut stream, &mut sink()).await?;
    Ok(())
}

/// Without the wait for the peer, closing becomes a reset.
pub(crate) fn reset(stream: &TcpStream) {
    // A socket that is gone already needs none.
    let _ = stream.set_zero_linger();
}
