package io.github.ratelimit.client;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.util.Locale;

import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Tells whether a provider can have charged a call that has failed without an answer. */
public final class SendFailures {

	private static final int MAX_CAUSES = 16;

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
		return failure instanceof ConnectException || failure instanceof UnknownHostException
				|| failure instanceof NoRouteToHostException || failure instanceof SSLHandshakeException
				|| failure instanceof SSLPeerUnverifiedException || failure instanceof HttpConnectTimeoutException
				|| isConnectTimeout(failure);
	}

	/**
	 * The JDK's sockets tell a connection in vain from an answer in vain by the text
	 * only.
	 */
	private static boolean isConnectTimeout(Throwable failure) {
		String message = failure.getMessage();
		return failure instanceof SocketTimeoutException && message != null
				&& message.toLowerCase(Locale.ROOT).startsWith("connect timed out");
	}

}
