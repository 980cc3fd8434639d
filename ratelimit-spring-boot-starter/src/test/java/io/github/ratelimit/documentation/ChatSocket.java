package io.github.ratelimit.documentation;

import io.github.ratelimit.Decision;
import io.github.ratelimit.Permit;
import io.github.ratelimit.RateLimiter;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.handler.TextWebSocketHandler;

/** The handler of the recipe. */
class ChatSocket extends TextWebSocketHandler {

	private static final String PERMIT = "open-sockets";

	private final RateLimiter rateLimiter;

	ChatSocket(RateLimiter rateLimiter) {
		this.rateLimiter = rateLimiter;
	}

	@Override
	public void afterConnectionEstablished(WebSocketSession session) throws IOException {
		Decision decision = this.rateLimiter.tryAcquire("open-sockets", address(session));
		if (decision.isAllowed()) {
			session.getAttributes().put(PERMIT, decision.permit());
		}
		else {
			session.close(CloseStatus.SERVICE_OVERLOAD);
		}
	}

	@Override
	public void afterConnectionClosed(WebSocketSession session, CloseStatus status) {
		if (session.getAttributes().remove(PERMIT) instanceof Permit permit) {
			permit.close();
		}
	}

	private static String address(WebSocketSession session) {
		InetSocketAddress remote = session.getRemoteAddress();
		return (remote != null) ? remote.getAddress().getHostAddress() : "unknown";
	}

	@Override
	protected void handleTextMessage(WebSocketSession session, TextMessage message) throws IOException {
		session.sendMessage(message);
	}

}
