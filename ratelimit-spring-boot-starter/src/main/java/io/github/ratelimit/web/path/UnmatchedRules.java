package io.github.ratelimit.web.path;

import io.github.ratelimit.Suggestion;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;
import org.springframework.web.context.WebApplicationContext;

/**
 * Warns of rules whose path the application does not serve: a rule with a misspelled path
 * would limit nothing without notice.
 */
public final class UnmatchedRules implements ApplicationListener<ContextRefreshedEvent> {

	private static final Log logger = LogFactory.getLog(UnmatchedRules.class);

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
	public UnmatchedRules(WebApplicationContext context, Rules rules, String servletPath, boolean partial) {
		this.context = context;
		this.rules = rules;
		this.servletPath = servletPath;
		this.partial = partial;
	}

	@Override
	public void onApplicationEvent(ContextRefreshedEvent event) {
		ServletContext servletContext = this.context.getServletContext();
		if (event.getApplicationContext() != this.context || servletContext == null || this.partial) {
			return;
		}
		try {
			Set<String> known = KnownPaths.of(this.context, servletContext, this.servletPath);
			if (known != null) {
				Stream.of(RulePhase.BEFORE_SECURITY, RulePhase.AFTER_SECURITY)
					.flatMap((phase) -> this.rules.of(phase).stream())
					.filter((rule) -> known.stream().noneMatch(rule::isAbout))
					.forEach((rule) -> warn(rule, known));
			}
		}
		catch (RuntimeException | LinkageError ex) {
			logger.debug("The paths of the application are not known", ex);
		}
	}

	private static void warn(Rule rule, Set<String> known) {
		String meant = Suggestion.nearest(rule.path(), List.copyOf(known))
			.map((nearest) -> " Did you mean " + nearest + "?")
			.orElse("");
		logger.warn("Rule '" + rule + "' matches no path that a controller or a servlet of this application has, so it "
				+ "limits nothing unless a filter or a static resource answers there." + meant);
	}

}
