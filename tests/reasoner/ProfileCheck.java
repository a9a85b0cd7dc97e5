import java.io.File;
import org.semanticweb.owlapi.apibinding.OWLManager;
import org.semanticweb.owlapi.model.*;
import org.semanticweb.owlapi.profiles.*;

/** For each file and OWL 2 profile one line: its name and how many violations; then the violations. */
public class ProfileCheck {
  public static void main(String[] files) throws Exception {
    for (String file : files) {
      OWLOntology ontology =
          OWLManager.createOWLOntologyManager().loadOntologyFromOntologyDocument(new File(file));
      for (OWLProfile profile : new OWLProfile[] {new OWL2DLProfile(), new OWL2RLProfile()}) {
        OWLProfileReport report = profile.checkOntology(ontology);
        System.out.println(profile.getName() + "\t" + report.getViolations().size());
        for (OWLProfileViolation violation : report.getViolations()) {
          System.out.println("    " + violation);
        }
      }
    }
  }
}
