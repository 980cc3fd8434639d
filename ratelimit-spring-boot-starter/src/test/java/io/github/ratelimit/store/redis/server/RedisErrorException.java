package io.github.ratelimit.store.redis.server;

/** An error that a server has answered; the message is the server's. */
public final class RedisErrorException extends RuntimeException {

	RedisErrorException(String message) {
		super(message);
	}

}
