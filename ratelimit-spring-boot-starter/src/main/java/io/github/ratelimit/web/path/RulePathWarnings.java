package io.github.ratelimit.web.path;

import io.github.ratelimit.Suggestion;
import jakarta.servlet.ServletContext;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;

/**
 * Warns of rules that do not fit the paths that the application serves: a rule with a
 * misspelled path would limit nothing without notice, and a rule that counts in-flight
 * calls counts no open WebSockets, since a request ends when its connection is upgraded.
 */
public final class RulePathWarnings implements ApplicationListener<ContextRefreshedEvent> {

	/** The handlers that answer handshakes; spring-websocket is optional. */
	private static final String WEB_SOCKET_HANDLERS = "org.springframework.web.socket.";

	/** Matches a path and everything below it. */
	private static final String ANY = "/**";

	private static final Log logger = LogFactory.getLog(RulePathWarnings.class);

	private final WebApplicationContext context;

	private final Rules rules;

	private final String servletPath;

	private final boolean partial;

	/**
	 * Creates the listener.
	 * @param context the application, whose start it waits for
	 * @param rules the rules
	 * @param servletPath the path of the dispatcher servlet, empty for none
	 * @param partial whether controllers may be missing, as in tests of a part of the
	 * application
	 */
	public RulePathWarnings(WebApplicationContext context, Rules rules, String servletPath, boolean partial) {
		this.context = context;
		this.rules = rules;
		this.servletPath = servletPath;
		this.partial = partial;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		if (event.getApplicationContext() == this.context) {
			ServletContext servletContext = this.context.getServletContext();
			if (servletContext != null && !this.partial) {
				warnOfUnmatchedRules(servletContext);
			}
			webSocketPaths().forEach((path) -> rules().filter((rule) -> rule.isAbout(path))
				.forEach((rule) -> warnOfWebSockets(rule, path)));
		}
	}

	private Stream<Rule> rules() {
		return Stream.of(RulePhase.BEFORE_SECURITY, RulePhase.AFTER_SECURITY)
			.flatMap((phase) -> this.rules.of(phase).stream());
	}

	private void warnOfUnmatchedRules(ServletContext servletContext) {
		try {
			Set<String> known = ServedPaths.of(this.context, servletContext, this.servletPath);
			if (known != null) {
				rules().filter((rule) -> known.stream().noneMatch(rule::isAbout))
					.forEach((rule) -> warnOfUnmatched(rule, known));
			}
		}
		catch (RuntimeException | LinkageError ex) {
			logger.debug("The paths of the application are not known", ex);
		}
	}

	private static void warnOfUnmatched(Rule rule, Set<String> known) {
		String meant = similar(rule.path(), known).map((nearest) -> " Did you mean " + nearest + "?").orElse("");
		logger.warn("Rule '" + rule + "' matches no path that a controller or a servlet of this application has, so it "
				+ "limits nothing unless a filter or a static resource answers there." + meant + " [RL506]");
	}

	/** Returns a pattern that was probably meant and matches some served ones. */
	private static Optional<String> similar(String path, Collection<String> served) {
		if (served.stream().anyMatch((pattern) -> pattern.startsWith(path + "/"))) {
			return Optional.of(path + ANY);
		}
		if (path.endsWith(ANY)) {
			return Suggestion.nearest(path.substring(0, path.length() - ANY.length()), parents(served))
				.map((parent) -> parent + ANY);
		}
		return served.stream()
			.filter((pattern) -> pattern.endsWith(path))
			.findFirst()
			.or(() -> Suggestion.nearest(path, served));
	}

	private static Set<String> parents(Collection<String> served) {
		Set<String> parents = new TreeSet<>();
		for (String pattern : served) {
			for (int slash = pattern.indexOf('/', 1); slash > 0; slash = pattern.indexOf('/', slash + 1)) {
				parents.add(pattern.substring(0, slash));
			}
		}
		return parents;
	}

	private Stream<String> webSocketPaths() {
		return this.context.getBeanProvider(HandlerMapping.class)
			.orderedStream()
			.filter(AbstractUrlHandlerMapping.class::isInstance)
			.flatMap((mapping) -> ((AbstractUrlHandlerMapping) mapping).getHandlerMap().entrySet().stream())
			.filter((entry) -> entry.getValue().getClass().getName().startsWith(WEB_SOCKET_HANDLERS))
			.map(Map.Entry::getKey)
			.map((pattern) -> this.servletPath + (pattern.startsWith("/") ? pattern : "/" + pattern))
			.distinct();
	}

	private static void warnOfWebSockets(Rule rule, String path) {
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
					+ "RateLimiter in afterConnectionEstablished, and close the permit in afterConnectionClosed "
					+ "[RL507]");
		}
	}

}
