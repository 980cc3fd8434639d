package io.github.ratelimit.web.path;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;

/**
 * Warns of rules that count in-flight calls at the paths of WebSockets: a request ends
 * when its connection is upgraded, and its slot is free again while the socket is open.
 */
public final class WebSocketRules implements ApplicationListener<ContextRefreshedEvent> {

	/** The handlers that answer handshakes; spring-websocket is optional. */
	private static final String HANDLERS = "org.springframework.web.socket.";

	private static final Log logger = LogFactory.getLog(WebSocketRules.class);

	private final WebApplicationContext context;

	private final Rules rules;

	private final String servletPath;

	/**
	 * Creates the listener.
	 * @param context the application, whose start it waits for
	 * @param rules the rules
	 * @param servletPath the path of the dispatcher servlet, empty for none
	 */
	public WebSocketRules(WebApplicationContext context, Rules rules, String servletPath) {
		this.context = context;
		this.rules = rules;
		this.servletPath = servletPath;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() == this.context) {
			webSocketPaths().forEach(this::check);
		}
	}

	private Stream<String> webSocketPaths() {
		return this.context.getBeanProvider(HandlerMapping.class)
			.orderedStream()
			.filter(AbstractUrlHandlerMapping.class::isInstance)
			.flatMap((mapping) -> ((AbstractUrlHandlerMapping) mapping).getHandlerMap().entrySet().stream())
			.filter((entry) -> entry.getValue().getClass().getName().startsWith(HANDLERS))
			.map(Map.Entry::getKey)
			.map((pattern) -> this.servletPath + (pattern.startsWith("/") ? pattern : "/" + pattern))
			.distinct();
	}

	private void check(String path) {
		Stream.of(RulePhase.BEFORE_SECURITY, RulePhase.AFTER_SECURITY)
			.flatMap((phase) -> this.rules.of(phase).stream())
			.filter((rule) -> rule.isAbout(path))
			.forEach((rule) -> warn(rule, path));
	}

	private static void warn(Rule rule, String path) {
		List<String> limits = rule.policies()
			.stream()
			.map((policy) -> policy.registered().limit())
			.filter((limit) -> limit.isConcurrency())
			.map((limit) -> limit.name())
			.toList();
		if (!limits.isEmpty()) {
			logger.warn("Rule '" + rule + "' counts calls in flight (max-concurrent, in " + String.join(", ", limits)
					+ "), and " + path
					+ " serves WebSockets: their slots are free again once the connection is upgraded, "
					+ "so open sockets are not counted. To count them, take the limit out of the rule, acquire it with "
					+ "RateLimiter in afterConnectionEstablished, and close the permit in afterConnectionClosed");
		}
	}

}
