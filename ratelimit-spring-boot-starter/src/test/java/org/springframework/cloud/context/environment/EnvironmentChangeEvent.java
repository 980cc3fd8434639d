package org.springframework.cloud.context.environment;

import java.util.Set;
import org.springframework.context.ApplicationEvent;

/** The event of Spring Cloud, on which the library does not depend, by its name. */
public class EnvironmentChangeEvent extends ApplicationEvent {

	private static final long serialVersionUID = 1L;

	/** Creates the event. */
	public EnvironmentChangeEvent(Object context, Set<String> keys) {
		super(context);
	}

}
