package io.github.ratelimit.autoconfigure;

import io.github.ratelimit.web.RateLimitFilter;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterRegistration;
import jakarta.servlet.ServletContext;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.servlet.FilterRegistrationBean;

/**
 * The registration of a filter that may have nothing to do: then the container does not
 * get it. A registration that is disabled would say so in the log of every application.
 */
final class OptionalFilter extends FilterRegistrationBean<RateLimitFilter> {

	private final boolean used;

	OptionalFilter(RateLimitFilter filter, boolean used) {
		super(filter);
		this.used = used;
	}

	boolean isUsed() {
		return this.used;
	}

	@Override
	protected FilterRegistration.@Nullable Dynamic addRegistration(String description, ServletContext servletContext) {
		return this.used ? super.addRegistration(description, servletContext) : new Nowhere();
	}

	@Override
	protected void configure(FilterRegistration.Dynamic registration) {
		if (this.used) {
			super.configure(registration);
		}
	}

	/** A registration that nothing comes of. */
	private static final class Nowhere implements FilterRegistration.Dynamic {

		@Override
		public void addMappingForServletNames(EnumSet<DispatcherType> types, boolean after, String... names) {
		}

		@Override
		public void addMappingForUrlPatterns(EnumSet<DispatcherType> types, boolean after, String... patterns) {
		}

		@Override
		public Collection<String> getServletNameMappings() {
			return List.of();
		}

		@Override
		public Collection<String> getUrlPatternMappings() {
			return List.of();
		}

		@Override
		public String getName() {
			return "";
		}

		@Override
		public String getClassName() {
			return RateLimitFilter.class.getName();
		}

		@Override
		public boolean setInitParameter(String name, String value) {
			return true;
		}

		@Override
		public @Nullable String getInitParameter(String name) {
			return null;
		}

		@Override
		public Set<String> setInitParameters(Map<String, String> parameters) {
			return Set.of();
		}

		@Override
		public Map<String, String> getInitParameters() {
			return Map.of();
		}

		@Override
		public void setAsyncSupported(boolean supported) {
		}

	}

}
