package io.github.ratelimit.store.redis.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Addresses on {@link RedisServer#HOST}, without a name service. */
final class Loopback {

	private Loopback() {
	}

	static InetSocketAddress at(int port) {
		try {
			return new InetSocketAddress(InetAddress.getByAddress(new byte[] { 127, 0, 0, 1 }), port);
		}
		catch (UnknownHostException ex) {
			throw new IllegalStateException("Four bytes are always an address", ex);
		}
	}

}
