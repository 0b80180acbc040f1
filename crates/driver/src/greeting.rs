//! Nobody says hello before it is clear who they are.
//!
//! Each socket of a visitor begins with a look at what the device says of them. Where the page keeps it, the answer may take
//! longer than the network: a hello with the token of yesterday would look like a thief's.

/// Whether a socket that opens may be greeted.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Greeting {
    /// At once.
    #[default]
    Free,
    /// Not before the device has answered.
    Held,
    /// The device has not answered yet, and this socket is open.
    Due(u32),
}

impl Greeting {
    /// A socket has opened. None: it may be greeted.
    pub(crate) fn opened(self, number: u32) -> Option<Self> {
        match self {
            Self::Free => None,
            Self::Held | Self::Due(_) => Some(Self::Due(number)),
        }
    }

    /// A socket has closed.
    pub(crate) fn closed(self, number: u32) -> Self {
        match self {
            Self::Due(its) if its == number => Self::Held,
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Greeting;

    #[test]
    fn a_socket_waits_for_the_device_and_one_that_has_closed_is_not_greeted() {
        assert!(Greeting::Free.opened(1).is_none());
        let due = Greeting::Held.opened(1);
        assert!(matches!(due, Some(Greeting::Due(1))));
        assert!(matches!(due.map(|due| due.closed(2)), Some(Greeting::Due(1))));
        assert!(matches!(due.map(|due| due.closed(1)), Some(Greeting::Held)));
        assert!(matches!(due.and_then(|due| due.opened(2)), Some(Greeting::Due(2))));
    }
}
