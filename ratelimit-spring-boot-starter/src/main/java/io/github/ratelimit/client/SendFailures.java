package io.github.ratelimit.client;

import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Decides whether a provider can have charged a call that has failed without an answer.
 */
public final class SendFailures {

	private static final int MAX_CAUSES = 16;

	private static final List<Class<? extends Exception>> TYPES = List.of(ConnectException.class,
			UnknownHostException.class, NoRouteToHostException.class, BindException.class,
			UnresolvedAddressException.class, SSLHandshakeException.class, SSLPeerUnverifiedException.class,
			HttpConnectTimeoutException.class);

	/** Those of Apache's client and Netty's pools, which are optional. */
	private static final Set<String> NAMES = Set.of("ConnectTimeoutException", "ConnectionRequestTimeoutException",
			"PoolAcquireTimeoutException", "PoolAcquirePendingLimitException");

	private SendFailures() {
	}

	/**
	 * Ends a call that has failed without an answer. It is charged unless there was no
	 * connection.
	 * @param call the call
	 * @param failure the failure
	 */
	public static void end(ClientCall call, Throwable failure) {
		if (isNotSent(failure)) {
			call.notSent();
		}
		else {
			call.close();
		}
	}

	static boolean isNotSent(Throwable failure) {
		Throwable cause = failure;
		for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
			if (isWithoutConnection(cause)) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
	}

	private static boolean isWithoutConnection(Throwable failure) {
		return TYPES.stream().anyMatch((type) -> type.isInstance(failure))
				|| NAMES.contains(failure.getClass().getSimpleName()) || isConnectTimeout(failure);
	}

	/**
	 * Some clients distinguish a failed connection from a missing answer by the text
	 * only.
	 */
	private static boolean isConnectTimeout(Throwable failure) {
		String message = failure.getMessage();
		return failure instanceof SocketTimeoutException && message != null
				&& message.toLowerCase(Locale.ROOT).startsWith("connect");
	}

}
